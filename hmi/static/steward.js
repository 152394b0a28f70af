// Applies the server's patches and carries clicks back; there is no state here worth keeping.
"use strict";
const steward = {
  patch(patches) {
    for (const [id, text, quality, word, on, fraction] of patches) {
      const element = document.getElementById(id);
      if (!element) continue;
      if (quality === undefined) {
        if (element.classList.contains("block")) element.innerHTML = text;
        else element.textContent = text;
        continue;
      }
      if (element.textContent !== text) element.textContent = text;
      if (element.dataset.quality !== quality) element.dataset.quality = quality;
      const around = element.parentElement;
      if (around.dataset.quality !== quality) around.dataset.quality = quality;
      if (around.dataset.word !== word) around.dataset.word = word;
      element.classList.toggle("on", on);
      const mark = document.getElementById(id + "m");
      if (mark) {
        mark.hidden = fraction === null;
        if (fraction !== null) mark.style.left = (100 * fraction).toFixed(1) + "%";
      }
      const said = document.getElementById(id + "q");
      if (said) {
        said.textContent = word || said.dataset.good;
        said.dataset.quality = quality;
      }
    }
    document.documentElement.dataset.patched = Date.now();
  },
  act(act, key) {
    if (typeof emitEvent === "function") emitEvent("steward", { act, key });
  },
  active: 0,
  touch() {
    if (Date.now() - steward.active < 30000) return;
    steward.active = Date.now();
    steward.act("active", "");
  },
};
document.addEventListener("click", (event) => {
  const target = event.target.closest("[data-act]");
  if (target) steward.act(target.dataset.act, target.dataset.key || "");
});
document.addEventListener("change", (event) => {
  if (event.target.matches("select[data-go]")) window.location.href = event.target.value;
});
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.key.length !== 1) return;
  if (event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable], .q-dialog")) return;
  const target = document.querySelector(`[data-hotkey="${CSS.escape(event.key.toLowerCase())}"]`);
  if (target) target.click();
});
for (const kind of ["pointerdown", "keydown"]) document.addEventListener(kind, steward.touch, { passive: true });
// Wall screens renew themselves after 12 hours and a bit of their own: browsers do not live for ever.
setTimeout(() => window.location.reload(), (12 + Math.random()) * 3600 * 1000);
