// What the page does without asking the server: copying, jumping to a citation, keys, theme, language.
(() => {
  const $ = (selector, root = document) => root.querySelector(selector);
  const words = {
    ja: { copied: "コピーしました", input: "質問または装置の出力", send: "送信", attach: "ファイルを添付", parts: ["会話", "現在の回答の根拠"] },
    en: { copied: "Copied", input: "Question or device output", send: "Send", attach: "Attach a file", parts: ["Conversation", "What the current answer rests on"] },
  }[window.kbLang];

  async function copy(text, button) {
    let done = true;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = document.createElement("textarea");
      area.value = text;
      document.body.append(area);
      area.select();
      done = document.execCommand("copy");
      area.remove();
    }
    if (!done) return;
    tell(words.copied);
    if (button) {
      button.classList.add("copied");
      setTimeout(() => button.classList.remove("copied"), 1500);
    }
  }

  function tell(text) {
    const place = $("#kb-told");
    if (!place) return;
    place.textContent = text;
    place.classList.add("seen");
    clearTimeout(tell.timer);
    tell.timer = setTimeout(() => { place.classList.remove("seen"); place.textContent = ""; }, 2000);
  }

  function jump(name) {
    const target = document.getElementById(name);
    if (!target) return false;
    for (let at = target; at; at = at.parentElement) {
      if (at.tagName === "DETAILS") at.open = true;
      if (at.classList.contains("side") && at.hidden) turn(at);
    }
    target.scrollIntoView({ block: "center" });
    target.querySelector(":scope > code > mark")?.scrollIntoView({ block: "center", inline: "center" });
    target.classList.remove("flash");
    void target.offsetWidth;
    target.classList.add("flash");
    return true;
  }

  function turn(side) {
    for (const one of side.parentElement.querySelectorAll(":scope > .side")) one.hidden = one !== side;
  }

  function go(changes) {
    const url = new URL(location.href);
    for (const [key, value] of Object.entries(changes)) value ? url.searchParams.set(key, value) : url.searchParams.delete(key);
    return url;
  }

  window.kbCase = (id) => {
    const url = go({ case: id });
    if (url.href !== location.href) history.replaceState(null, "", url);
  };
  // Names for what a screen reader meets: Gradio's own are missing or in English only.
  window.kbDress = () => {
    const name = (selector, label, more = {}) => {
      for (const found of document.querySelectorAll(selector)) {
        found.setAttribute("aria-label", label);
        for (const [key, value] of Object.entries(more)) found.setAttribute(key, value);
      }
    };
    name("#said textarea", words.input, { placeholder: window.kbPlaceholder[window.kbLang] });  // Gradio's follows the browser
    name("#said [role=group]", words.input);
    name("#said [data-testid=submit-button]", words.send);
    name("#said [data-testid=upload-button], #said .upload-container, #said input[type=file]", words.attach);
    name("#chat", words.parts[0], { role: "log", tabindex: "0" });
    name("#panel", words.parts[1], { role: "complementary", tabindex: "0" });
  };

  const drawn = new MutationObserver(() => {
    if (!$("#said textarea") || !$("#chat .kb-log") || !$("#panel .kb-panel")) return;
    drawn.disconnect();
    window.kbDress();
  });
  drawn.observe(document.documentElement, { childList: true, subtree: true });

  document.addEventListener("click", (event) => {
    const at = (selector) => event.target.closest(selector);
    let hit;
    if ((hit = at("[data-copy]"))) copy(hit.dataset.copy, hit);
    else if ((hit = at("[data-copy-link]"))) copy(go({}).href, hit);
    else if ((hit = at("[data-twin]"))) turn([...hit.closest(".article").querySelectorAll(":scope > .side")].find((side) => side.hidden));
    else if ((hit = at("[data-cite]"))) jump(hit.dataset.cite);
    else if (at("[data-act=show]") && matchMedia("(max-width: 860px)").matches) $("#panel").scrollIntoView();
    else if ((hit = at("[data-theme]"))) history.replaceState(null, "", go({ __theme: document.body.classList.toggle("dark") ? "dark" : "light" }));
    else if ((hit = at("[data-lang]"))) location.assign(go({ lang: hit.dataset.lang }));
    for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  });

  document.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Escape") $("#chat .btn.stop")?.click();
    if (!event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.code === "KeyC") {
      const last = [...document.querySelectorAll("#chat .cmd [data-copy]")].at(-1);
      if (last) { event.preventDefault(); copy(last.dataset.copy, last); }
    } else if (event.code === "KeyN") {
      event.preventDefault();
      $("#bar [data-act=new]")?.click();
    }
  });
})();
