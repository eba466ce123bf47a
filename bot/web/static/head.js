// Runs before the page's own scripts: the language that ?lang= names stands for the browser's.
(() => {
  const asked = new URLSearchParams(location.search).get("lang");
  const own = (navigator.language || "en").toLowerCase().startsWith("ja") ? "ja" : "en";
  const lang = asked === "ja" || asked === "en" ? asked : own;
  Object.defineProperty(navigator, "language", { get: () => lang, configurable: true });
  Object.defineProperty(navigator, "languages", { get: () => [lang], configurable: true });
  const keep = () => { if (document.documentElement.lang !== lang) document.documentElement.lang = lang; };
  keep();
  new MutationObserver(keep).observe(document.documentElement, { attributes: true, attributeFilter: ["lang"] });
  window.kbLang = lang;
})();
