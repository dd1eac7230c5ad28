// A form sends once: a second press of its button while the answer is on its way does nothing. The server holds this anyway.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "yes";
});
// Coming back by the browser's own button shows the page as it was: its forms may be sent again.
addEventListener("pageshow", () => { for (const form of document.forms) delete form.dataset.sent; });
