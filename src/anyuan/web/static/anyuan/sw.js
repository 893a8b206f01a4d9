// Without network: pages that were kept (modules/keep.js) are shown from the browser, and a list of them
// where another page was asked for. With network nothing is answered from here, and only what keep.js
// put away is ever in the caches.

const KEPT = "anyuan-kept:";
const PATIENCE = 5000;

const cachesOfOurs = async () => (await caches.keys()).filter((name) => name.startsWith(KEPT));
const forget = async () => Promise.all((await cachesOfOurs()).map((name) => caches.delete(name)));

async function found(request) {
  for (const name of await cachesOfOurs()) {
    const answer = await (await caches.open(name)).match(request, { ignoreSearch: true, ignoreVary: true });
    if (answer) return answer;
  }
  return undefined;
}

// The page says of itself that it is a kept one, and from when.
async function marked(answer) {
  const day = answer.headers.get("X-Kept-On") || "";
  const text = (await answer.text()).replace("<body", `<body data-kept="${day}"`);
  return new Response(text, { headers: answer.headers });
}

const escaped = (text) => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

async function list() {
  const rows = [];
  for (const name of await cachesOfOurs()) {
    if (name.endsWith(":parts")) continue;
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      const answer = await cache.match(request);
      const title = decodeURIComponent(answer.headers.get("X-Kept-Title") || "");
      const where = new URL(request.url).pathname;
      if (!rows.some((row) => row.where === where)) rows.push({ where, title: title || where });
    }
  }
  const items = rows.map(({ where, title }) => `<li><p><a href="${escaped(where)}">${escaped(title)}</a></p></li>`).join("");
  const body = items ? `<p>下面是保存在手机里的内容：</p><ul>${items}</ul>` : "<p>请在有网络时重新打开。</p>";
  return new Response(
    `<!DOCTYPE html><html lang="zh-Hans"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">`
    + `<title>没有网络 · 安园</title><body><main><h1>没有网络</h1>${body}</main></body></html>`,
    { status: 503, headers: { "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": "default-src 'none'" } },
  );
}

async function page(request) {
  const kept = await found(request);
  if (!kept) return fetch(request).catch(list);
  // The network may be there and too slow to wait for in an emergency.
  let timer;
  const late = new Promise((resolve, reject) => { timer = setTimeout(() => reject(new Error("slow")), PATIENCE); });
  try {
    return await Promise.race([fetch(request), late]);
  } catch {
    return marked(kept);
  } finally {
    clearTimeout(timer);
  }
}

async function part(request) {
  try {
    return await fetch(request);
  } catch (error) {
    const kept = await found(request);
    if (kept) return kept;
    throw error;
  }
}

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== self.location.origin) return;
  if (request.method === "POST" && url.pathname === "/accounts/logout/") { event.waitUntil(forget()); return; }
  if (request.method !== "GET") return;
  if (request.mode === "navigate") event.respondWith(page(request));
  else if (url.pathname.startsWith("/static/")) event.respondWith(part(request));
});
