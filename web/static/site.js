"use strict";
// Everything works without this file. It adds to the upload forms: drop, paste, the phone's
// camera, a preview, and a plain word about a file that cannot be used before it travels.

(() => {
  const TYPES = new Set(["image/jpeg", "image/png", "image/webp", "image/gif"]);
  const PREVIEW_PX = 320;

  class UploadForm {
    constructor(form) {
      this.form = form;
      this.input = form.querySelector("input[type=file]");
      this.status = form.querySelector(".upload__status");
      this.error = form.querySelector(".upload__error");
      this.choose = form.querySelector(".upload__choose");
      this.hint = form.querySelector(".upload__hint");
      form.classList.add("is-enhanced");
      this.hint.textContent = matchMedia("(pointer: coarse)").matches
        ? this.hint.textContent
        : "Drop one here, paste it, or choose a file";
      this.input.addEventListener("change", () => this.take());
      this.addCamera();
    }

    addCamera() {
      if (!matchMedia("(pointer: coarse)").matches) return;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "button button--quiet upload__camera";
      button.textContent = "Take a photo";
      button.addEventListener("click", () => {
        this.input.setAttribute("capture", "environment");
        this.input.click();
        this.input.removeAttribute("capture");
      });
      this.choose.after(button);
    }

    offer(file) {
      const chosen = new DataTransfer();
      chosen.items.add(file);
      this.input.files = chosen.files;
      return this.take();
    }

    async take() {
      const file = this.input.files[0];
      this.clear();
      if (!file) return;
      const complaint = this.complaintAbout(file);
      if (complaint) {
        this.input.value = "";
        this.error.textContent = complaint;
        return;
      }
      this.form.classList.add("is-busy");
      this.status.textContent = "Looking for what is like it…";
      await this.preview(file);
      this.form.requestSubmit();
    }

    complaintAbout(file) {
      const limit = Number(this.form.dataset.maxBytes);
      if (!TYPES.has(file.type)) return "Choose a JPEG, PNG, WebP or GIF picture.";
      if (file.size > limit) {
        return `This picture has ${megabytes(file.size)} MB; at most ${megabytes(limit)} MB can be sent.`;
      }
      return "";
    }

    async preview(file) {
      try {
        const bitmap = await createImageBitmap(file, { resizeWidth: PREVIEW_PX });
        const canvas = document.createElement("canvas");
        canvas.className = "upload__preview";
        canvas.width = bitmap.width;
        canvas.height = bitmap.height;
        canvas.getContext("2d").drawImage(bitmap, 0, 0);
        this.choose.prepend(canvas);
      } catch {
        // The server says what is wrong with it.
      }
    }

    clear() {
      this.error.textContent = "";
      this.status.textContent = "";
      this.form.classList.remove("is-busy");
      this.form.querySelector("canvas")?.remove();
    }
  }

  const megabytes = (bytes) => (bytes / 2 ** 20).toFixed(bytes < 10 * 2 ** 20 ? 1 : 0);
  const pictureIn = (transfer) => [...(transfer?.files ?? [])][0];

  const forms = [...document.querySelectorAll("form.upload")].map((form) => new UploadForm(form));
  if (forms.length === 0) return;
  const panel = document.querySelector("details.by-picture");
  // The page's own form is seen; the one in the header has to be opened first.
  const first = forms.find(({ form }) => !panel?.contains(form)) ?? forms[0];

  const give = (file) => {
    if (panel?.contains(first.form)) panel.open = true;
    first.offer(file);
  };

  let depth = 0;
  const carriesFile = (event) => event.dataTransfer?.types.includes("Files");
  const mark = () => document.body.classList.toggle("is-dropping", depth > 0);
  document.addEventListener("dragenter", (event) => {
    if (carriesFile(event)) { depth += 1; mark(); }
  });
  document.addEventListener("dragleave", (event) => {
    if (carriesFile(event)) { depth = Math.max(0, depth - 1); mark(); }
  });
  document.addEventListener("dragover", (event) => {
    if (carriesFile(event)) event.preventDefault();
  });
  document.addEventListener("drop", (event) => {
    if (!carriesFile(event)) return;
    event.preventDefault();
    depth = 0;
    mark();
    const file = pictureIn(event.dataTransfer);
    if (file) give(file);
  });
  document.addEventListener("paste", (event) => {
    const file = pictureIn(event.clipboardData);
    if (file) { event.preventDefault(); give(file); }
  });

  // A page brought back by the Back button is not busy any more.
  addEventListener("pageshow", (event) => {
    if (event.persisted) forms.forEach((each) => { each.input.value = ""; each.clear(); });
  });

  // The open panel is left with Escape or a click beside it, as people expect of one.
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && panel?.open) {
      panel.open = false;
      panel.querySelector("summary").focus();
    }
  });
  document.addEventListener("click", (event) => {
    if (panel?.open && !panel.contains(event.target)) panel.open = false;
  });
})();
