// What was filled in without network: kept in the browser, sent again when it is back. Each entry has the
// form's own key, so that sending twice makes one record.

const NAME = "anyuan-outbox";

function open() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore("sent", { keyPath: "id" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function store(mode, work) {
  const base = await open();
  return new Promise((resolve, reject) => {
    const request = work(base.transaction("sent", mode).objectStore("sent"));
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

export const keep = (entry) => store("readwrite", (kept) => kept.put(entry));
export const drop = (id) => store("readwrite", (kept) => kept.delete(id));
export const pending = () => store("readonly", (kept) => kept.getAll());

function say(text, state, ...buttons) {
  let line = document.querySelector("[data-outbox]");
  if (!line) {
    line = document.createElement("div");
    line.dataset.outbox = "";
    line.setAttribute("role", "status");
    document.querySelector("main")?.prepend(line);
  }
  line.className = `alert alert-${state} flex-wrap gap-2`;
  line.replaceChildren(text, ...buttons);
}

function button(text, work) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "btn btn-sm ms-2";
  made.textContent = text;
  made.addEventListener("click", work);
  return made;
}

// The form again as it was filled in, on a page that says what is wrong with it.
async function lookAgain(entry) {
  const form = document.createElement("form");
  Object.assign(form, { method: "post", action: entry.url, enctype: "multipart/form-data", hidden: true });
  const token = document.querySelector('meta[name="csrf-token"]').content;
  for (const [name, value] of [...entry.entries.filter(([name]) => name !== "csrfmiddlewaretoken"), ["csrfmiddlewaretoken", token]]) {
    const field = document.createElement("input");
    field.name = name;
    if (value instanceof File) {
      const files = new DataTransfer();
      if (value.size) files.items.add(value);
      field.type = "file";
      field.files = files.files;
    } else field.value = value;
    form.append(field);
  }
  document.body.append(form);
  await drop(entry.id);
  form.submit();
}

function refused(entry) {
  say(`“${entry.title}”没有被接受。`, "danger",
    button("查看原因并改正", () => lookAgain(entry)),
    button("不要了", async () => {
      if (!window.confirm("删除这份没有上传的记录？")) return;
      await drop(entry.id);
      window.location.reload();
    }));
}

// Only what this person filled in: a phone may go from hand to hand.
const mine = (entry) => !entry.person || entry.person === document.body.dataset.person;

export async function flush() {
  const waiting = (await pending()).filter(mine);
  if (!waiting.length) return;
  const token = document.querySelector('meta[name="csrf-token"]')?.content;
  let sent = 0;
  const wrong = [];
  for (const entry of waiting) {
    const data = new FormData();
    entry.entries.forEach(([name, value]) => { if (name !== "csrfmiddlewaretoken") data.append(name, value); });
    try {
      const answer = await fetch(entry.url, { method: "POST", body: data, headers: { "X-CSRFToken": token } });
      if (answer.redirected && answer.url.includes("/accounts/login")) { say("有未上传的记录，请登录后上传。", "warning"); return; }
      if (answer.redirected || answer.ok) { await drop(entry.id); sent += 1; }
      else if (answer.status < 500) wrong.push(entry);
    } catch {
      say(`有 ${waiting.length - sent} 份记录保存在手机，联网后自动上传。`, "warning");
      return;
    }
  }
  if (wrong.length) refused(wrong[0]);
  else if (sent) say(`已上传 ${sent} 份保存在手机的记录。`, "success");
}

window.addEventListener("online", flush);
