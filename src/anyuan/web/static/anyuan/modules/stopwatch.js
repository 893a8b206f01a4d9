// A stopwatch that fills in the seconds of a drill; it needs no network and survives a locked screen.
export function mount(box) {
  const time = box.querySelector("[data-time]");
  const button = box.querySelector("[data-toggle]");
  const field = document.getElementById(box.dataset.target);
  if (!field) return;
  box.hidden = false;
  let start = 0;
  let timer = 0;
  const elapsed = () => Math.round((Date.now() - start) / 1000);
  button.addEventListener("click", () => {
    if (timer) {
      clearInterval(timer);
      timer = 0;
      field.value = elapsed();
      button.textContent = "重新计时";
      return;
    }
    start = Date.now();
    timer = setInterval(() => { time.textContent = `${elapsed()} 秒`; }, 200);
    button.textContent = "全部到达，停止";
  });
}
