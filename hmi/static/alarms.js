// The sound of alarms, and the keys and filters of their lists. What is to be heard stands in the page as
// [data-sounding]; this looks at it at every patch and four times a second, so nothing is missed while busy.
"use strict";
const sounding = {
  context: null,
  key: "",          // what is heard now
  due: 0,           // when it is heard again, by the clock of the context
  spoken: 0,        // when it was last spoken, ms
  health: "",       // what the server was told last
  told: 0,
  heard: {},        // key -> epoch ms at which its tone was really there, for who measures it
  me: Math.random().toString(36).slice(2),
  lost: 0,          // since when the connection is lost, ms
  start() {
    const Context = window.AudioContext || window.webkitAudioContext;
    if (!Context) return;
    sounding.context = new Context();
    sounding.out = sounding.context.createGain();
    sounding.meter = sounding.context.createAnalyser();
    sounding.meter.fftSize = 256;
    sounding.out.connect(sounding.meter);
    sounding.meter.connect(sounding.context.destination);
    sounding.context.onstatechange = sounding.look;
    sounding.wake();
  },
  wake() {
    if (sounding.context && sounding.context.state !== "running") sounding.context.resume().then(sounding.look, () => {});
  },
  get runs() {
    return !!sounding.context && sounding.context.state === "running";
  },
  // Of several pages in one browser only one sounds: whoever wrote last, while it goes on writing.
  leads() {
    try {
      const [id, at] = (localStorage.getItem("steward_sounds") || ":0").split(":");
      if (id !== sounding.me && Date.now() - Number(at) < 1500) return false;
      localStorage.setItem("steward_sounds", `${sounding.me}:${Date.now()}`);
    } catch { /* no storage: every page sounds, rather than none */ }
    return true;
  },
  look() {
    const off = document.querySelector("[data-sound-off]");
    if (!off) return; // not a page of the control room
    if (off.hidden !== sounding.runs && !steward.pressed) off.hidden = sounding.runs; // it moves all below it
    sounding.report();
    if (!sounding.runs || !sounding.leads()) {
      sounding.stop();
      return;
    }
    sounding.speak_calls();
    const wanted = document.querySelector("[data-sounding]");
    if (!wanted) {
      sounding.stop();
      sounding.look_at_connection();
      return;
    }
    const now = sounding.context.currentTime;
    const fresh = wanted.dataset.sounding !== sounding.key;
    if (!fresh && now < sounding.due) return;
    sounding.hush();
    sounding.key = wanted.dataset.sounding;
    sounding.due = now + Number(wanted.dataset.every);
    sounding.play(wanted.dataset.notes);
    if (fresh) sounding.listen(wanted.dataset.alarmKey);
    if (fresh || Date.now() - sounding.spoken > 15000) sounding.speak(wanted.dataset.say, wanted.dataset.language);
  },
  // Nothing can be heard of alarms while the server is not: that is said too.
  look_at_connection() {
    if (!window.socket || window.socket.connected) {
      sounding.lost = 0;
      return;
    }
    sounding.lost = sounding.lost || Date.now();
    if (Date.now() - sounding.lost < 5000 || sounding.context.currentTime < sounding.due) return;
    sounding.due = sounding.context.currentTime + 10;
    sounding.play("330:0.2 0:0.1 330:0.2 0:0.1 262:0.5");
  },
  play(notes) {
    let at = sounding.context.currentTime + 0.01;
    for (const [hertz, seconds] of notes.split(" ").map((one) => one.split(":").map(Number))) {
      if (hertz) {
        const tone = sounding.context.createOscillator();
        const level = sounding.context.createGain();
        tone.type = "triangle";
        tone.frequency.value = hertz;
        level.gain.setValueAtTime(0, at);
        level.gain.linearRampToValueAtTime(0.5, at + 0.01);
        level.gain.setValueAtTime(0.5, Math.max(at + 0.01, at + seconds - 0.02));
        level.gain.linearRampToValueAtTime(0, at + seconds);
        tone.connect(level).connect(sounding.out);
        tone.start(at);
        tone.stop(at + seconds);
        sounding.tones.push(tone);
        tone.onended = () => { sounding.tones = sounding.tones.filter((one) => one !== tone); };
      }
      at += seconds;
    }
  },
  tones: [],
  hush() {
    for (const tone of sounding.tones) tone.stop();
    sounding.tones = [];
  },
  stop() {
    if (!sounding.key) return;
    sounding.hush();
    sounding.key = "";
    sounding.due = 0;
    if (window.speechSynthesis) speechSynthesis.cancel();
    delete document.documentElement.dataset.heard;
  },
  // Notes when the tone is really there, not when it was ordered.
  listen(key) {
    const wave = new Float32Array(sounding.meter.fftSize);
    const until = Date.now() + 1000;
    // Later than the start by what the meter holds: nothing of the tone before is left in it.
    const begins = sounding.context.currentTime + 0.01 + wave.length / sounding.context.sampleRate;
    const look = () => {
      sounding.meter.getFloatTimeDomainData(wave);
      if (sounding.context.currentTime >= begins && wave.some((one) => Math.abs(one) > 0.01)) {
        sounding.heard[key] ??= performance.timeOrigin + performance.now();
        document.documentElement.dataset.heard = key;
      } else if (Date.now() < until) setTimeout(look, 4);
    };
    setTimeout(look, 12);
  },
  speak(text, language, begun) {
    sounding.spoken = Date.now();
    document.documentElement.dataset.spoken = text;
    if (!window.speechSynthesis || !text) return;
    speechSynthesis.cancel();
    const said = new SpeechSynthesisUtterance(text);
    said.lang = language;
    said.onstart = begun;
    speechSynthesis.speak(said);
  },
  // Notices one after the other, as the server recorded them; else by the browser's own voice.
  last: Promise.resolve(),
  async read_out({ speak, wav, say, language }) {
    const begun = () => steward.act("played", speak);
    try {
      if (!wav) throw new Error("it came without sound");
      const answer = await fetch(wav);
      if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
      const source = sounding.context.createBufferSource();
      source.buffer = await sounding.context.decodeAudioData(await answer.arrayBuffer());
      source.connect(sounding.out);
      source.start();
      sounding.spoken = Date.now();
      document.documentElement.dataset.spoken = say;
      begun();
      await new Promise((over) => {
        source.onended = over;
        setTimeout(over, 1000 * source.buffer.duration + 2000);
      });
    } catch {
      sounding.speak(say, language, begun);
    }
  },
  // What stations are to say, each once in this browser.
  speak_calls() {
    for (const call of document.querySelectorAll("[data-speak]")) {
      let said = [];
      try {
        said = (localStorage.getItem("steward_spoken") || "").split(" ");
        if (said.includes(call.dataset.speak)) continue;
        localStorage.setItem("steward_spoken", [...said.slice(-40), call.dataset.speak].join(" "));
      } catch {
        if (sounding.heard[call.dataset.speak]) continue;
        sounding.heard[call.dataset.speak] = Date.now();
      }
      const told = { ...call.dataset };
      if (told.notice === undefined) sounding.speak(told.say, told.language);
      else sounding.last = sounding.last.then(() => sounding.read_out(told));
    }
  },
  // The server must know which stations can be heard: others answer for the zones of the deaf.
  report() {
    const health = sounding.runs ? "on" : "off";
    if (!window.did_handshake || (health === sounding.health && Date.now() - sounding.told < 20000)) return;
    sounding.health = health;
    sounding.told = Date.now();
    steward.act("sound", health);
  },
};
const alarms = {
  cleared() {
    for (const one of document.querySelectorAll(".filters select, .filters input[type=search]")) one.value = "";
  },
  set(field) {
    steward.act(field.dataset.set, `${field.dataset.name}=${field.value}`);
  },
};
document.addEventListener("DOMContentLoaded", () => {
  sounding.start();
  setInterval(sounding.look, 250);
});
window.addEventListener("pagehide", () => {
  try {
    if ((localStorage.getItem("steward_sounds") || "").startsWith(sounding.me)) localStorage.removeItem("steward_sounds");
  } catch { /* as above */ }
});
for (const kind of ["pointerdown", "keydown"]) document.addEventListener(kind, sounding.wake, { passive: true });
document.addEventListener("steward-patched", sounding.look);
document.addEventListener("click", (event) => {
  const test = event.target.closest("[data-test-sound]");
  if (test && sounding.runs) {
    sounding.hush();
    sounding.play(test.dataset.notes);
    sounding.due = sounding.context.currentTime + 2;
    document.documentElement.dataset.tested = test.dataset.testSound;
  }
  const speak = event.target.closest("[data-test-speech]");
  if (speak) sounding.speak(speak.dataset.testSpeech, speak.dataset.language);
});
document.addEventListener("change", (event) => {
  if (event.target.matches("select[data-set]")) alarms.set(event.target);
});
document.addEventListener("input", (event) => {
  const field = event.target;
  if (!field.matches("input[data-set]")) return;
  clearTimeout(alarms.typing);
  alarms.typing = setTimeout(() => alarms.set(field), 200);
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "?" || event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable], .q-dialog")) return;
  const sheet = document.getElementById("keys");
  if (!sheet) return;
  event.preventDefault();
  if (sheet.open) sheet.close();
  else sheet.showModal();
});
