// A remark on a text: what is selected in the text goes into the form, with the place where it stands.

export function mount(form) {
  const text = document.getElementById(form.dataset.text);
  if (!text) return;
  document.addEventListener("selectionchange", () => {
    const chosen = document.getSelection();
    if (!chosen.rangeCount || chosen.isCollapsed || !text.contains(chosen.anchorNode) || !text.contains(chosen.focusNode)) return;
    const words = chosen.toString().trim().slice(0, 300);
    if (!words) return;
    const before = document.createRange();
    before.selectNodeContents(text);
    before.setEnd(chosen.getRangeAt(0).startContainer, chosen.getRangeAt(0).startOffset);
    form.elements.quote.value = words;
    form.elements.start.value = before.toString().length;
    form.closest("details").open = true;
  });
}
