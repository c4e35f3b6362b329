"use strict";

// The address of the document is the page's own but for its last part.
SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#operations",
  deepLinking: true,
  displayRequestDuration: true,
  validatorUrl: null, // else the document would be sent to a service elsewhere
});
