// Runs for each drawn part of the page: reports what was clicked in it, follows what is added to it.
const send = (button, more = {}) => {
  const data = { ...button.dataset, ...more };
  const kind = ["ask", "sample", "topic", "mark", "retry"].includes(data.act) ? "ask" : data.act === "stop" ? "halt" : "tell";
  trigger(kind === "ask" ? "ask" : kind === "halt" ? "halt" : "tell", data);
};
element.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.dataset.act === "delete" && !button.classList.contains("sure")) {
    button.classList.add("sure");
    button.textContent = button.dataset.sure;
    return;
  }
  const form = button.closest(".turn")?.querySelector("form.why");
  if (button.dataset.thumb) {
    for (const other of button.parentElement.querySelectorAll("[data-thumb]")) other.setAttribute("aria-pressed", String(other === button));
    form.hidden = false;
    form.dataset.thumb = button.dataset.thumb;
    trigger("tell", { act: "thumb", turn: form.dataset.turn, thumb: button.dataset.thumb, reason: "" });
  } else if (button.classList.contains("reason")) {
    const field = form.querySelector("input");
    field.value = [field.value, button.textContent].filter(Boolean).join(" / ");
    field.focus();
  } else if (button.dataset.cite && !document.getElementById(button.dataset.cite)) {
    trigger("tell", { act: "show", turn: button.dataset.turn });
  } else if (button.dataset.act) {
    send(button);
  }
});
element.addEventListener("submit", (event) => {
  event.preventDefault();
  const form = event.target, field = form.querySelector("input");
  trigger("tell", { act: "thumb", turn: form.dataset.turn, thumb: form.dataset.thumb, reason: field.value });
  field.value = "";
  form.hidden = true;
});
let count = 0, busy = false;
const follow = () => {
  window.kbDress?.();
  const marked = element.querySelector("[data-case]");
  if (marked) window.kbCase?.(marked.dataset.case);
  const said = element.querySelectorAll(".turn.user");
  // The newest message stays at the top while its answer grows below it.
  if (said.length && (said.length !== count || busy)) said[said.length - 1].scrollIntoView({ block: "start" });
  count = said.length;
  for (const view of element.querySelectorAll(".paste-view")) {
    const line = view.querySelector("mark")?.closest(".l");
    if (line) view.scrollTop = line.offsetTop - view.offsetTop - 60;
  }
  busy = Boolean(element.querySelector("[aria-busy]"));
};
watch("value", follow);
window.kbDress?.();
