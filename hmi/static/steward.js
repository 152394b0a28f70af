// Applies the server's patches and carries clicks back; there is no state here worth keeping.
"use strict";
const steward = {
  patch(patches) {
    for (const [id, text, quality, word, on, fraction] of patches) {
      const element = document.getElementById(id);
      if (!element) continue;
      if (quality === undefined) {
        if (element.classList.contains("block")) {
          if (steward.pressed) {
            steward.later.set(id, text);
            continue;
          }
          const held = element.contains(document.activeElement) && document.activeElement.dataset;
          element.innerHTML = text;
          steward.fold(element);
          if (held && held.act) steward.hold(element, held.act, held.key);
        } else element.textContent = text;
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
    if (!document.documentElement.dataset.patched) steward.show_here();
    document.documentElement.dataset.patched = Date.now();
    document.dispatchEvent(new Event("steward-patched"));
  },
  // The button or box that had the focus before its part was drawn anew.
  hold(within, act, key) {
    const same = [...within.querySelectorAll(`[data-act="${CSS.escape(act)}"]`)];
    same.find((one) => one.dataset.key === key)?.focus({ preventScroll: true });
  },
  // While the pointer is pressed no part is drawn anew: what lies under it, or above and so moves it, would be
  // gone when it is released, and the click would hit nothing.
  pressed: null,
  later: new Map(),
  release() {
    steward.pressed = null;
    const patches = [...steward.later];
    steward.later.clear();
    if (patches.length) steward.patch(patches);
  },
  act(act, key) {
    if (typeof emitEvent === "function") emitEvent("steward", { act, key });
  },
  // What is folded in the navigation is this browser's own: a cookie, so that the server draws it so at once.
  folded() {
    const found = document.cookie.split("; ").find((one) => one.startsWith("steward_menu="));
    const pieces = found ? found.slice(13).split("|").map((one) => one.split(":")) : [];
    return new Map(pieces.filter(([name, way]) => name && way));
  },
  fold(within) {
    const folded = steward.folded();
    for (const section of within.querySelectorAll("details[data-section]")) {
      if (folded.has(section.dataset.section)) section.open = folded.get(section.dataset.section) === "1";
    }
  },
  remember(section) {
    const folded = steward.folded();
    folded.delete(section.dataset.section);
    folded.set(section.dataset.section, section.open ? "0" : "1"); // it is about to turn
    const text = [...folded].slice(-60).map((one) => one.join(":")).join("|");
    document.cookie = `steward_menu=${text}; path=/; max-age=31536000; samesite=strict`;
  },
  show_here() {
    const here = document.querySelector(".side .links .here");
    if (!here) return;
    const links = here.closest(".links");
    if (here.offsetTop + here.offsetHeight > links.clientHeight) links.scrollTop = here.offsetTop - links.clientHeight / 2;
  },
  active: 0,
  touch() {
    if (Date.now() - steward.active < 30000) return;
    steward.active = Date.now();
    steward.act("active", "");
  },
};
document.addEventListener("pointerdown", (event) => {
  steward.pressed = event.target;
  clearTimeout(steward.pressing);
  steward.pressing = setTimeout(steward.release, 1000); // a pointer that is held does not hold up alarms
}, { passive: true });
for (const kind of ["pointerup", "pointercancel", "dragend"]) {
  document.addEventListener(kind, () => setTimeout(steward.release), { passive: true }); // behind the click
}
document.addEventListener("click", (event) => {
  const heading = event.target.closest("details[data-section] > summary");
  if (heading) steward.remember(heading.parentElement);
  const target = event.target.closest("[data-act]");
  if (!target) return;
  const range = event.shiftKey && target.dataset.act === "pick" ? "-range" : "";
  steward.act(target.dataset.act + range, target.dataset.key || "");
});
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});
document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-form]");
  if (!form) return;
  event.preventDefault();
  const fields = [...new FormData(form, event.submitter)].filter(([, value]) => typeof value === "string");
  if (typeof emitEvent === "function") emitEvent("steward", { form: form.dataset.form, fields });
});
document.addEventListener("change", (event) => {
  if (event.target.matches("select[data-go]")) window.location.href = event.target.value;
});
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.key.length !== 1) return;
  if (event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable], .q-dialog")) return;
  const shift = event.shiftKey && event.key.toLowerCase() !== event.key.toUpperCase() ? "shift+" : "";
  const hotkey = `[data-hotkey="${CSS.escape(shift + event.key.toLowerCase())}"]`;
  const target = document.querySelector(`.page ${hotkey}`) || document.querySelector(hotkey);
  if (!target) return;
  event.preventDefault();
  if (target.matches("input")) target.select();
  else target.click();
});
for (const kind of ["pointerdown", "keydown"]) document.addEventListener(kind, steward.touch, { passive: true });
// Wall screens renew themselves after 12 hours and a bit of their own: browsers do not live for ever.
setTimeout(() => window.location.reload(), (12 + Math.random()) * 3600 * 1000);

// A page that met a defect or took too long is never brought up to date; on a wall there is nobody to load it anew.
const reload_if_lost = () => document.documentElement.dataset.patched || window.location.reload();
setTimeout(reload_if_lost, (20 + 20 * Math.random()) * 1000);
