// Lists, forms and the search box: suggestions while one types, ticks, the first hit without the mouse.
"use strict";
const records = {
  // A box of suggestions: [data-suggest=ACT data-about=WHAT] around an input and a list.
  ask(box) {
    const text = box.querySelector("input[type=search]").value.slice(0, 80);
    const hidden = box.querySelector("input[type=hidden]");
    if (hidden) hidden.value = "";
    clearTimeout(records.asking);
    const about = box.dataset.about ? box.dataset.about + "\t" : "";
    records.asking = setTimeout(() => {
      if (text.trim()) steward.act(box.dataset.suggest, about + text);
      else records.close(box);
    }, 120);
  },
  close(box) {
    box.querySelector(".suggestions").replaceChildren();
    box.querySelector("input[type=search]").setAttribute("aria-expanded", "false");
  },
  options: (box) => [...box.querySelectorAll(".suggestions [role=option]")],
  move(box, by) {
    const options = records.options(box);
    if (!options.length) return;
    const at = options.findIndex((one) => one.getAttribute("aria-selected") === "true");
    const next = options[(at + by + (at < 0 && by < 0 ? 1 : 0) + options.length) % options.length];
    for (const one of options) one.setAttribute("aria-selected", one === next);
    if (!next.id) next.id = box.querySelector(".suggestions").id + "-" + options.indexOf(next);
    box.querySelector("input[type=search]").setAttribute("aria-activedescendant", next.id);
    next.scrollIntoView({ block: "nearest" });
  },
  // What Enter takes: the one marked, or the first if the list is for what stands in the box.
  chosen(box) {
    const options = records.options(box);
    const text = box.querySelector("input[type=search]").value.trim();
    return options.find((one) => one.getAttribute("aria-selected") === "true")
      || options.find((one) => one.dataset.for === text);
  },
  take(box, option) {
    if (option.dataset.href) {
      window.location.href = option.dataset.href;
      return;
    }
    box.querySelector("input[type=hidden]").value = option.dataset.pick;
    box.querySelector("input[type=search]").value = option.dataset.title;
    records.close(box);
  },
  count() {
    const boxes = [...document.querySelectorAll("input[data-row]")];
    const ticked = boxes.filter((one) => one.checked).length;
    for (const bar of document.querySelectorAll("[data-ticked]")) bar.hidden = !ticked;
    for (const one of document.querySelectorAll("[data-tick-count]")) one.textContent = ticked;
    for (const one of document.querySelectorAll("[data-when-all]")) one.hidden = !ticked || ticked < boxes.length;
    for (const one of document.querySelectorAll("input[data-all]")) {
      one.checked = ticked > 0 && ticked === boxes.length;
      one.indeterminate = ticked > 0 && ticked < boxes.length;
    }
  },
};
document.addEventListener("input", (event) => {
  const box = event.target.closest("[data-suggest]");
  if (box && event.target.type === "search") records.ask(box);
});
// When a list of suggestions comes, whoever cannot see it is told.
document.addEventListener("focusin", (event) => {
  const box = event.target.closest?.("[data-suggest]:not([data-heard])");
  if (!box) return;
  box.dataset.heard = "";
  const input = box.querySelector("input[type=search]");
  const list = box.querySelector(".suggestions");
  new MutationObserver(() => {
    input.setAttribute("aria-expanded", list.childElementCount > 0);
    input.removeAttribute("aria-activedescendant");
  }).observe(list, { childList: true });
});
document.addEventListener("mousedown", (event) => {
  if (event.target.closest(".suggestions")) event.preventDefault();
});
document.addEventListener("click", (event) => {
  const option = event.target.closest(".suggestions [role=option]");
  if (!option) return;
  event.preventDefault();
  records.take(option.closest("[data-suggest]"), option);
});
document.addEventListener("keydown", (event) => {
  const box = event.target.closest?.("[data-suggest]");
  if (box && event.target.type === "search" && !event.isComposing) {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      records.move(box, event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Escape") {
      records.close(box);
    } else if (event.key === "Enter") {
      const option = records.chosen(box);
      if (option) records.take(box, option);
      if (option || box.dataset.about) event.preventDefault();
    }
  } else if (event.key === "Enter" && event.target.matches?.("input[data-first]")) {
    // Nothing has been typed since the list was drawn: open what it found.
    const first = document.querySelector("tbody a[data-open]");
    if (first && event.target.value.trim() && event.target.value === event.target.defaultValue) {
      event.preventDefault();
      first.click();
    }
  } else if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    const find = document.querySelector("#find input[type=search]");
    if (find) {
      event.preventDefault();
      find.select();
    }
  } else if (event.key === "Escape") {
    for (const open of document.querySelectorAll("details.drop[open]")) open.open = false;
  }
});
document.addEventListener("click", (event) => {
  for (const open of document.querySelectorAll("details.drop[open]")) {
    if (!open.contains(event.target)) open.open = false;
  }
}, { capture: true });
document.addEventListener("change", (event) => {
  const target = event.target;
  if (target.matches("input[data-all]")) {
    for (const one of document.querySelectorAll("input[data-row]")) one.checked = target.checked;
  }
  if (target.matches("input[data-all], input[data-row]")) records.count();
  if (target.matches("select[data-change]")) {
    steward.act(target.dataset.change, `${target.dataset.key}\t${target.value}`);
  }
});

// Files of a form: sent ahead one by one; the form itself carries their names only.
const files = {
  shown: {}, // by name: what this browser has just sent, which no record holds yet
  names: (box) => box.querySelector("input[type=hidden]").value.split(/[\s,]+/).filter(Boolean),
  put(box, names) {
    box.querySelector("input[type=hidden]").value = names.join(", ");
  },
  add(box, name, file) {
    if (files.names(box).includes(name)) return;
    files.shown[name] = URL.createObjectURL(file);
    files.put(box, [...files.names(box), name]);
    const item = box.querySelector("template").content.firstElementChild.cloneNode(true);
    item.dataset.file = name;
    item.querySelector("img").src = files.shown[name];
    box.querySelector("ul").append(item);
  },
  async send(box, input) {
    const problem = box.querySelector(".problem");
    problem.textContent = "";
    for (const file of [...input.files]) {
      const answer = await fetch(box.dataset.files, { method: "POST", body: file });
      const said = await answer.json().catch(() => ({ problem: `${answer.status} ${answer.statusText}` }));
      if (said.file) files.add(box, said.file, file);
      else problem.textContent = said.problem;
    }
    input.value = "";
  },
};
document.addEventListener("change", (event) => {
  const box = event.target.closest("[data-files]");
  if (box && event.target.type === "file") files.send(box, event.target);
});
document.addEventListener("click", (event) => {
  const drop = event.target.closest("[data-files] li button");
  if (!drop) return;
  event.preventDefault();
  const item = drop.closest("li");
  const box = item.closest("[data-files]");
  files.put(box, files.names(box).filter((name) => name !== item.dataset.file));
  item.remove();
});
document.addEventListener("error", (event) => {
  const item = event.target.matches?.(".files img") && event.target.closest("li");
  if (!item) return;
  const blob = files.shown[item.dataset.file];
  if (blob && event.target.src !== blob) event.target.src = blob;
  else event.target.replaceWith(event.target.alt);
}, { capture: true });
// As many lines of a table as the number before it says.
document.addEventListener("input", (event) => {
  if (event.target.name !== "doors") return;
  const lines = event.target.closest("fieldset").querySelectorAll(".doorlines tbody tr");
  lines.forEach((line, at) => { line.hidden = at >= Number(event.target.value); });
});
