// Shows messages that are pushed to this browser, also while no page is open. A click opens what one is about; nothing
// is answered from here.
"use strict";
const told = (event) => {
  try {
    return event.data.json();
  } catch {
    return {}; // a browser demands that every push is shown
  }
};
// Only pages: a link of another kind, or none, leads to the first page.
const page = (link) => {
  try {
    const url = new URL(link, self.location.origin);
    if (["http:", "https:"].includes(url.protocol)) return url.href;
  } catch { /* no address */ }
  return self.location.origin + "/";
};
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("push", (event) => {
  const { title, body, link, tag, urgent } = told(event);
  event.waitUntil(
    self.registration.showNotification(title || "Steward", {
      body: body || "",
      tag: tag || "",
      requireInteraction: !!urgent,
      icon: "/assets/steward.svg",
      data: { link: page(link || "/") },
    }),
  );
});
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(self.clients.openWindow(event.notification.data.link));
});
