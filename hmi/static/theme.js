// Before anything is drawn: without a choice, the log-in page follows the system's theme.
"use strict";
if (!document.body.className) {
  document.body.className = matchMedia("(prefers-color-scheme: dark)").matches ? "body--dark" : "body--light";
}
