// The pictures of cameras: each [data-live] is fetched anew every second, and says so when it is fresh no more.
"use strict";
const cameras = {
  EVERY_MS: 1000,
  LOST_MS: 5000,
  AGAIN_MS: 3000,  // after one that did not come
  seen: {},        // path -> the last picture and when it came, ms: {url, at}
  since: {},       // path -> since when it is shown, ms
  due: {},         // path -> when it is asked for next, ms
  look() {
    const shown = document.querySelectorAll("[data-live]");
    const every = Math.max(cameras.EVERY_MS, 250 * shown.length);
    for (const picture of shown) {
      const path = picture.dataset.live, last = cameras.seen[path], now = Date.now();
      if (last && picture.src !== last.url) picture.src = last.url;
      cameras.since[path] ??= now;
      picture.parentElement.classList.toggle("waiting", !last);
      picture.parentElement.classList.toggle("lost", now - (last?.at ?? cameras.since[path]) > cameras.LOST_MS);
      if (!document.hidden && now >= (cameras.due[path] ?? 0)) cameras.fetch(path, now + every);
    }
  },
  async fetch(path, next) {
    cameras.due[path] = Infinity;
    try {
      const answer = await fetch(path, {cache: "no-store", signal: AbortSignal.timeout(8000)});
      if (!answer.ok) throw new Error(answer.status);
      const before = cameras.seen[path];
      cameras.seen[path] = {url: URL.createObjectURL(await answer.blob()), at: Date.now()};
      cameras.look(); // takes the new one before the old one goes
      if (before) URL.revokeObjectURL(before.url);
      cameras.due[path] = next;
    } catch {
      cameras.due[path] = Date.now() + cameras.AGAIN_MS; // by then it is marked as lost
    }
  },
};
setInterval(cameras.look, 250);
document.addEventListener("steward-patched", cameras.look);
