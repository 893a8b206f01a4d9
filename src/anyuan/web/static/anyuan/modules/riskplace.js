// A tap on the plan says where the point is; the numbers beside it can be typed as well.
export function mount(form) {
  const plan = form.querySelector("svg");
  const mark = form.querySelector("[data-mark]");
  const [x, y] = ["x", "y"].map((name) => form.elements.namedItem(name));
  const { width, height } = plan.viewBox.baseVal;
  const draw = () => mark.setAttribute("transform", `translate(${(x.value * width) / 1000} ${(y.value * height) / 1000})`);
  plan.addEventListener("click", (event) => {
    const spot = new DOMPoint(event.clientX, event.clientY).matrixTransform(plan.getScreenCTM().inverse());
    const within = (part, whole) => Math.min(1000, Math.max(0, Math.round((part * 1000) / whole)));
    x.value = within(spot.x, width);
    y.value = within(spot.y, height);
    draw();
  });
  [x, y].forEach((field) => field.addEventListener("input", draw));
}
