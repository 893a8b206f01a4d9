// Minutes until a moment, kept right while the page stands open. Without this the page's own figure stays.

const EVERY = 15000; // ms

function words(minutes) {
  const size = Math.abs(minutes);
  const hours = Math.floor(size / 60), rest = size % 60;
  const text = hours >= 48 ? `${Math.floor(hours / 24)} 天` : hours ? `${hours} 小时 ${rest} 分` : `${rest} 分钟`;
  return minutes >= 0 ? `还有 ${text}` : `已超 ${text}`;
}

export function mount(root) {
  const due = new Date(root.dataset.due).getTime();
  const show = () => {
    const minutes = (due - Date.now()) / 60000;
    root.textContent = words(minutes >= 0 ? Math.ceil(minutes) : Math.floor(minutes));
    root.classList.toggle("text-red", minutes < 0);
  };
  show();
  setInterval(show, EVERY);
}
