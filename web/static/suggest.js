"use strict";
// Completes what is typed into the search field, as the ARIA combobox pattern asks: the focus
// stays in the field, arrows move through the list, Enter goes there, Escape closes it. The
// form works without this file, and goes on working when the suggestions cannot be fetched.

(() => {
  const WAIT_MS = 120;
  const SHOWN = 8;
  const MOST_CHARS = 100;
  const KINDS = { query: "", category: "Category", brand: "Brand", title: "Product" };

  class Suggestions {
    constructor(form) {
      this.input = form.querySelector(".search__words");
      this.list = made("ul", "suggestions");
      this.list.id = "suggestions";
      this.list.hidden = true;
      this.list.setAttribute("role", "listbox");
      this.list.setAttribute("aria-label", "Suggestions");
      this.said = made("p", "visually-hidden");
      this.said.setAttribute("role", "status");
      form.append(this.list, this.said);
      const attributes = {
        role: "combobox",
        "aria-expanded": "false",
        "aria-controls": this.list.id,
        "aria-autocomplete": "list",
      };
      for (const [name, value] of Object.entries(attributes)) this.input.setAttribute(name, value);
      this.kept = new Map();
      this.at = -1;
      this.input.addEventListener("input", () => this.typed());
      this.input.addEventListener("keydown", (event) => this.key(event));
      this.input.addEventListener("blur", () => this.close());
      // The field would lose the focus, and the list be gone before the click.
      this.list.addEventListener("mousedown", (event) => event.preventDefault());
      this.list.addEventListener("click", (event) => {
        const option = event.target.closest("[role=option]");
        if (option) location.assign(option.dataset.url);
      });
      form.addEventListener("submit", () => this.close());
    }

    typed() {
      clearTimeout(this.timer);
      this.asking?.abort();
      const text = this.input.value.trimStart();
      if (!text.trim() || text.length > MOST_CHARS) {
        this.close();
        return;
      }
      this.timer = setTimeout(() => this.ask(text), WAIT_MS);
    }

    async ask(text) {
      if (!this.kept.has(text)) {
        this.asking = new AbortController();
        try {
          const wanted = new URLSearchParams({ q: text, limit: SHOWN });
          const options = { signal: this.asking.signal };
          const response = await fetch(`/api/v1/suggestions?${wanted}`, options);
          if (!response.ok) return;
          this.kept.set(text, (await response.json()).suggestions);
        } catch {
          return; // Typed on meanwhile, or no network: the form itself still works.
        }
      }
      const same = this.input.value.trimStart() === text;
      if (same && document.activeElement === this.input) this.show(this.kept.get(text));
    }

    show(lines) {
      this.list.replaceChildren(...lines.map((line, number) => optionOf(line, number)));
      this.mark(-1);
      this.list.hidden = lines.length === 0;
      this.input.setAttribute("aria-expanded", String(lines.length > 0));
      const plural = lines.length === 1 ? "suggestion" : "suggestions";
      this.said.textContent = lines.length ? `${lines.length} ${plural}` : "";
    }

    close() {
      clearTimeout(this.timer);
      this.asking?.abort();
      if (!this.list.hidden) this.show([]);
    }

    key(event) {
      if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
      const count = this.list.children.length;
      if (event.key === "ArrowDown" && !count) this.typed();
      if (!count) return;
      // One place more than there are options: the field itself.
      const steps = { ArrowDown: 1, ArrowUp: -1 };
      if (event.key in steps) {
        event.preventDefault();
        this.mark(((this.at + 1 + steps[event.key] + count + 1) % (count + 1)) - 1);
      } else if (event.key === "Enter" && this.at >= 0) {
        event.preventDefault();
        location.assign(this.list.children[this.at].dataset.url);
      } else if (event.key === "Escape") {
        event.preventDefault(); // which would empty the field
        this.close();
      }
    }

    mark(at) {
      this.at = at;
      [...this.list.children].forEach((option, number) => {
        option.setAttribute("aria-selected", String(number === at));
      });
      if (at < 0) this.input.removeAttribute("aria-activedescendant");
      else {
        this.input.setAttribute("aria-activedescendant", this.list.children[at].id);
        this.list.children[at].scrollIntoView({ block: "nearest" });
      }
    }
  }

  function optionOf(line, number) {
    const option = made("li", "suggestion");
    option.id = `suggestion-${number}`;
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", "false");
    const isOne = line.url && line.count === 1;
    option.dataset.url = isOne ? line.url : `/search?${line.search}`;
    option.append(marked(line));
    const kind = line.kind === "category" && line.path.length > 1
      ? `in ${line.path.slice(0, -1).join(" › ")}`
      : KINDS[line.kind];
    if (kind) option.append(" ", made("span", "suggestion__kind", kind));
    return option;
  }

  // What was typed is plain and what would be added is bold, as the eye looks for the new.
  function marked({ text, spans }) {
    const words = made("span", "suggestion__text");
    const points = [...text]; // the spans count code points
    let last = 0;
    for (const { begin, end } of [...spans, { begin: points.length, end: points.length }]) {
      if (begin > last) words.append(made("b", "", points.slice(last, begin).join("")));
      words.append(points.slice(begin, end).join(""));
      last = end;
    }
    return words;
  }

  function made(name, className, text = "") {
    const element = document.createElement(name);
    if (className) element.className = className;
    element.textContent = text;
    return element;
  }

  const form = document.querySelector("form.search");
  if (form) new Suggestions(form);
})();
