// "Here": the phone's position goes with the form, only when the person asks for it.

export function mount(root) {
  const button = root.querySelector("button");
  const said = root.querySelector("[data-said]");
  const form = root.closest("form");
  if (!navigator.geolocation) { root.hidden = true; return; }
  button.hidden = false;
  button.addEventListener("click", () => {
    said.textContent = "正在定位……";
    navigator.geolocation.getCurrentPosition(
      (found) => {
        form.elements.lon.value = found.coords.longitude.toFixed(6);
        form.elements.lat.value = found.coords.latitude.toFixed(6);
        said.textContent = `已带上位置，误差约 ${Math.round(found.coords.accuracy)} 米`;
      },
      () => { said.textContent = "没有取到位置，不影响报告。"; },
      { enableHighAccuracy: true, timeout: 10000 },
    );
  });
}
