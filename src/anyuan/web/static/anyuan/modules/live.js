// The live channel: elements marked data-live="kind kind" get the event "live" when something of these kinds
// happened (hx-trigger="live" fetches their part of the page anew). One connection a page, only while it is
// looked at. While the channel is down every element asks twice a minute; a sign says so.

const ASK_WHILE_AWAY = 30_000;
const SAY_AFTER = 6_000;
let source = null;
let last = "";
let lost = 0;

function tell(kinds, spread) {
  document.querySelectorAll("[data-live]").forEach((element) => {
    const mine = element.dataset.live.split(/\s+/);
    if (!kinds.some((kind) => kind === "*" || mine.includes(kind))) return;
    if (element.dataset.liveDue) return;
    element.dataset.liveDue = "1";
    setTimeout(() => {
      delete element.dataset.liveDue;
      if (element.isConnected) element.dispatchEvent(new CustomEvent("live"));
    }, Math.random() * spread);
  });
}

function away(is) {
  if (is && !lost) lost = Date.now();
  if (!is) lost = 0;
  const sign = document.querySelector("[data-live-away]");
  if (sign && !is) sign.hidden = true;
}

function open(url) {
  if (source || document.hidden) return;
  source = new EventSource(last ? `${url}?since=${last}` : url);
  source.addEventListener("open", () => away(false));
  source.addEventListener("message", (event) => {
    if (event.lastEventId) last = event.lastEventId;
    const said = JSON.parse(event.data);
    if (said.kind === "hello") return;
    document.dispatchEvent(new CustomEvent("anyuan:live", { detail: said }));
    tell([said.kind], said.spread);
  });
  source.addEventListener("error", () => {
    away(true);
    if (source && source.readyState === EventSource.CLOSED) source = null;
  });
}

function close() {
  source?.close();
  source = null;
}

export function start(url) {
  open(url);
  document.addEventListener("visibilitychange", () => { if (document.hidden) close(); else open(url); });
  window.addEventListener("pagehide", close);
  window.addEventListener("pageshow", () => open(url));
  let asked = Date.now();
  setInterval(() => {
    if (document.hidden) return;
    open(url);
    if (!lost || Date.now() - lost < SAY_AFTER) return;
    const sign = document.querySelector("[data-live-away]");
    if (sign) sign.hidden = false;
    if (Date.now() - asked > ASK_WHILE_AWAY) { asked = Date.now(); tell(["*"], 2_000); }
  }, 3_000);
}
