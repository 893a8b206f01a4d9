// Files of a form: previews, removal, sizes checked before sending, progress. Without this module the
// file input works as it is. With data-url each file is sent at once under a key made here, and only the
// keys go with the form; a file that was sent but whose answer was lost is sent again under the same key.

import { csrfToken } from "../main.js";

const SENDING = "正在上传", FAILED = "没有传上去，请检查网络后重试";

export function newId() { // UUIDv7: 48 bits of time, the rest random
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  let time = Date.now();
  for (let n = 5; n >= 0; n--) { bytes[n] = time % 256; time = Math.floor(time / 256); }
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

function sizeText(size) {
  return size < 1048576 ? `${Math.max(1, Math.round(size / 1024))} KB` : `${(size / 1048576).toFixed(1)} MB`;
}

function node(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

export function mount(root) {
  const input = root.querySelector('input[type="file"]');
  const previews = root.querySelector('[data-part="previews"]');
  const problems = root.querySelector('[data-part="problems"]');
  const { url, idsName, unit } = root.dataset;
  const required = input.required;
  let chosen = []; // {file, id, row, bar, state, hidden}

  function refusal(file) {
    const photo = file.type.startsWith("image/");
    const limit = Number(photo ? root.dataset.maxPhoto : root.dataset.maxFile);
    if (file.size === 0) return `文件“${file.name}”是空的，请重新选择。`;
    if (file.size > limit) return `${photo ? "照片" : "文件"}“${file.name}”有 ${sizeText(file.size)}，超过 ${sizeText(limit)}，请压缩后再选。`;
    return "";
  }

  function syncInput() {
    const kept = new DataTransfer();
    if (!url) chosen.forEach((item) => kept.items.add(item.file));
    input.files = kept.files;
    // Files sent ahead no longer stand in the input, so it cannot be what is required.
    input.required = required && !(url && chosen.length);
  }

  function remove(item) {
    chosen = chosen.filter((other) => other !== item);
    if (item.request) item.request.abort();
    if (item.hidden) item.hidden.remove();
    URL.revokeObjectURL(item.preview || "");
    item.row.remove();
    syncInput();
    input.focus();
  }

  function draw(item) {
    const row = node("li", "col-6 col-md-4");
    const card = node("div", "card p-2");
    if (item.file.type.startsWith("image/")) {
      const picture = node("img", "img-fluid rounded mb-1");
      item.preview = URL.createObjectURL(item.file);
      picture.src = item.preview;
      picture.alt = `照片 ${item.file.name}`;
      card.append(picture);
    }
    card.append(node("div", "text-truncate small", item.file.name));
    item.state = node("div", "text-secondary small", sizeText(item.file.size));
    item.state.setAttribute("role", "status");
    const button = node("button", "btn btn-sm mt-1", "移除");
    button.type = "button";
    button.setAttribute("aria-label", `移除 ${item.file.name}`);
    button.addEventListener("click", () => remove(item));
    card.append(item.state, button);
    row.append(card);
    item.row = row;
    item.card = card;
    previews.append(row);
  }

  function send(item) {
    const data = new FormData();
    data.append("file", item.file);
    data.append("id", item.id);
    if (unit) data.append("unit", unit);
    const request = new XMLHttpRequest();
    item.request = request;
    item.done = false;
    const bar = node("progress", "w-100");
    bar.max = 100;
    bar.setAttribute("aria-label", `${item.file.name} 的上传进度`);
    item.card.append(bar);
    item.state.textContent = SENDING;
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) bar.value = Math.round((event.loaded / event.total) * 100);
    });
    request.addEventListener("load", () => {
      bar.remove();
      let answer = {};
      try { answer = JSON.parse(request.responseText); } catch { answer = {}; }
      if (request.status === 200 && answer.id) {
        item.done = true;
        item.state.textContent = `已上传 ${sizeText(item.file.size)}`;
        item.hidden = node("input");
        item.hidden.type = "hidden";
        item.hidden.name = idsName;
        item.hidden.value = answer.id;
        root.append(item.hidden);
      } else {
        failed(item, answer.error || FAILED);
      }
    });
    request.addEventListener("error", () => { bar.remove(); failed(item, FAILED); });
    request.open("POST", url);
    request.setRequestHeader("X-CSRFToken", csrfToken());
    request.send(data);
  }

  function failed(item, sentence) {
    item.state.textContent = sentence;
    item.state.classList.replace("text-secondary", "text-danger");
    const again = node("button", "btn btn-sm btn-primary mt-1 ms-1", "重试");
    again.type = "button";
    again.addEventListener("click", () => {
      again.remove();
      item.state.classList.replace("text-danger", "text-secondary");
      send(item);
    });
    item.card.append(again);
  }

  input.addEventListener("change", () => {
    problems.textContent = "";
    for (const file of input.files) {
      if (!url && chosen.some((item) => item.file.name === file.name && item.file.size === file.size)) continue;
      const sentence = refusal(file);
      if (sentence) {
        problems.append(node("div", "invalid-feedback d-block", sentence));
        continue;
      }
      const item = { file, id: newId() };
      chosen.push(item);
      draw(item);
      if (url) send(item);
    }
    syncInput();
  });

  const form = input.closest("form");
  if (!form) return;
  form.addEventListener("submit", (event) => {
    const waiting = url ? chosen.filter((item) => !item.done) : [];
    if (waiting.length) {
      event.preventDefault();
      problems.replaceChildren(node("div", "invalid-feedback d-block", "还有文件没有传完，请等上传完成或移除后再提交。"));
      return;
    }
    if (!url && chosen.length) {
      const bar = node("progress", "w-100 mt-2"); // no value: it runs until the next page is there
      bar.setAttribute("aria-label", "正在上传文件");
      root.append(bar);
    }
  }, true);
}
