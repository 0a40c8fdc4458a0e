// @ts-check
// Light or dark: the system's choice until the reader makes one.

/** @param {HTMLElement} button */
export function theme(button) {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const current = () => document.documentElement.dataset.theme ?? (system.matches ? "dark" : "light");
  const show = () => (button.textContent = current() === "dark" ? "☀" : "☾");
  button.addEventListener("click", () => {
    document.documentElement.dataset.theme = current() === "dark" ? "light" : "dark";
    show();
  });
  system.addEventListener("change", show);
  show();
}
