// Subscribes this browser to messages, on the press of a button only, and gives what it was given to the server.
"use strict";
const push = {
  async subscribe(button) {
    push.tell("");
    if (!("serviceWorker" in navigator && "PushManager" in window && "Notification" in window)) return push.tell("unsupported");
    if ((await Notification.requestPermission()) !== "granted") return push.tell("denied");
    try {
      const key = button.dataset.pushSubscribe;
      await navigator.serviceWorker.register("/worker.js");
      const manager = (await navigator.serviceWorker.ready).pushManager;
      let own = await manager.getSubscription();
      if (own && push.text(own.options.applicationServerKey) !== key) {
        await own.unsubscribe(); // the site has other keys now, under which it can tell this browser nothing
        own = null;
      }
      own ??= await manager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
      emitEvent("steward", { form: "push", fields: [["subscription", JSON.stringify(own)]] });
    } catch (error) {
      console.warn(error);
      push.tell("failed");
    }
  },
  tell(trouble) {
    for (const one of document.querySelectorAll("[data-push-trouble]")) one.hidden = one.dataset.pushTrouble !== trouble;
  },
  // As in options.applicationServerKey, to base64url.
  text(bytes) {
    return btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  },
  async own() {
    const registration = await navigator.serviceWorker?.getRegistration("/");
    return registration?.pushManager.getSubscription();
  },
  // Which of the devices this browser is.
  async mark() {
    const rows = document.querySelectorAll("[data-push-device]:not([data-marked])");
    if (!rows.length) return;
    for (const row of rows) row.dataset.marked = "";
    const own = await push.own();
    if (!own) return;
    const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(own.endpoint));
    const found = [...new Uint8Array(hash)].map((one) => one.toString(16).padStart(2, "0")).join("");
    document.querySelector(`[data-push-device="${found}"]`)?.classList.add("here");
  },
};
document.addEventListener("steward-patched", push.mark);
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-push-subscribe]");
  if (button) push.subscribe(button);
  if (event.target.closest(".here [data-act=unpush]")) push.own().then((own) => own?.unsubscribe());
});
