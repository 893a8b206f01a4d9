// Shows only the chosen method's scores, and the sum with its colour while scores are chosen.
const FIELDS = { lec: ["lec_l", "lec_e", "lec_c"], ls: ["ls_l", "ls_s"], direct: ["direct"] };

export function mount(box) {
  const method = box.querySelector('select[name="method"]');
  if (!method) return;
  const known = JSON.parse(document.getElementById(box.dataset.source).textContent);
  const form = method.form;
  const said = document.createElement("p");
  said.className = "risk-sum";
  said.setAttribute("role", "status");
  form.querySelector('[name="responsible"]').closest(".mb-3").before(said);
  const field = (name) => form.elements.namedItem(name);

  function show() {
    const chosen = FIELDS[method.value];
    Object.values(FIELDS).flat().forEach((name) => { field(name).closest(".mb-3").hidden = !chosen.includes(name); });
    const bands = known[method.value];
    if (!bands) { said.textContent = `直接判定：${known.colours[0]}`; return; }
    const scores = chosen.map((name) => field(name).value);
    if (scores.includes("")) { said.textContent = ""; return; }
    const value = Number(scores.reduce((sum, score) => sum * Number(score), 1).toFixed(4));
    let n = bands.limits.findIndex((limit) => value > limit || (bands.up && value === limit));
    if (n < 0) n = bands.limits.length;
    said.textContent = `${scores.join(" × ")} ＝ ${value}，${known.colours[n]}`;
  }
  form.addEventListener("change", show);
  show();
}
