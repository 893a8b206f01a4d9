// A mass alert is at the top of the page the moment it is sent: its words come with the live event. The banner
// with its buttons is fetched after, over some seconds where very many people are told.

export function mount(box) {
  document.addEventListener("anyuan:live", (event) => {
    const { kind, data } = event.detail;
    if (kind !== "alert.told" || !data.title || !box.isConnected) return;
    if (box.querySelector(`[data-alert="${CSS.escape(data.id)}"]`)) return;
    const section = document.createElement("section");
    section.className = `alert-banner ${data.real ? "alert-real" : "alert-test"}`;
    section.dataset.alert = data.id;
    const inner = document.createElement("div");
    inner.className = "container-xl";
    const title = document.createElement("div");
    title.className = "alert-banner-title";
    title.textContent = data.title;
    const link = document.createElement("a");
    link.className = "btn btn-lg alert-more mt-2";
    link.href = data.url;
    link.textContent = "打开并回应";
    inner.append(title, link);
    section.append(inner);
    box.prepend(section);
  });
}
