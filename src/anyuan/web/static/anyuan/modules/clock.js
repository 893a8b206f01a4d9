// The time and day, for a screen on a wall.
export function mount(element) {
  const show = () => { element.textContent = new Date().toLocaleString("zh-CN", { month: "long", day: "numeric", weekday: "short", hour: "2-digit", minute: "2-digit", second: "2-digit" }); };
  show();
  setInterval(show, 1000);
}
