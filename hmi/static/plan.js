// The form of a linkage plan: a click in the tree fills the field in use, and what is typed is checked by itself.
"use strict";
const plan = {
  field: null, // the name of the field that was in use last
  form: () => document.querySelector("form[data-form=plan]"),
  send(what) {
    const form = plan.form();
    if (!form || typeof emitEvent !== "function") return;
    clearTimeout(plan.waiting);
    const fields = [...new FormData(form)].filter(([, value]) => typeof value === "string");
    emitEvent("steward", { form: "plan", fields: [...fields, ["do", what]] });
  },
  put(kind, value) {
    const field = plan.form()?.elements[plan.field];
    if (!field?.dataset.takes) return;
    const parts = value.split("/");
    const fits = { device: parts[0], point: parts.slice(0, 2).join("/"), alarm: value }[field.dataset.takes];
    const rank = ["device", "point", "alarm"];
    if (rank.indexOf(kind) < rank.indexOf(field.dataset.takes)) return;
    field.value = fits;
    field.focus();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  },
  // What is wrong, by field; a field that is not named is right.
  tell(problems) {
    for (const element of document.querySelectorAll("[data-problem]")) {
      const text = problems[element.dataset.problem] || "";
      element.textContent = text;
      element.closest(".field")?.classList.toggle("wrong", text !== "");
    }
  },
};
document.addEventListener("focusin", (event) => {
  if (event.target.matches?.("form[data-form=plan] [name]")) plan.field = event.target.name;
});
document.addEventListener("mousedown", (event) => {
  if (event.target.closest?.("[data-put]")) event.preventDefault();
});
document.addEventListener("click", (event) => {
  const leaf = event.target.closest?.("[data-put]");
  if (leaf) plan.put(leaf.dataset.put, leaf.dataset.value);
});
document.addEventListener("input", (event) => {
  if (!event.target.closest?.("form[data-form=plan]")) return;
  clearTimeout(plan.waiting);
  if (event.target.dataset.redraws !== undefined) plan.send("redraw");
  else plan.waiting = setTimeout(() => plan.send("check"), 600);
});
