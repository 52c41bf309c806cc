// Runs before the page is painted: what "auto" means on this screen, and the time zone for the server's texts.
(() => {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    root.dataset.bsTheme = root.dataset.theme === "auto" ? (dark.matches ? "dark" : "light") : root.dataset.theme;
  };
  apply();
  dark.addEventListener("change", apply);
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone) document.cookie = `teleradiology_zone=${encodeURIComponent(zone)}; path=/; max-age=31536000; SameSite=Lax`;
})();
