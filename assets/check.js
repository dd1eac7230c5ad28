// Recompute a selection on this very machine: where that cannot be done, the link leads to the service's own check, and what a file holds
// goes into the field below it, to be sent there.
const filled = (text, parts) => text.replace(/\{(\w+)\}/g, (_, name) => parts[name]);
const toldHere = ({ says, reason, parts }) => {
  const here = document.getElementById("reasons").content.querySelector(`[data-reason="${reason}"]`);
  return here ? filled(here.textContent, parts) : says;
};
const tell = async ({ told: id, verifier }, text) => {
  const told = document.getElementById(id), { check } = await import(verifier);
  const answer = await check(text);
  told.textContent = answer.code ? filled(told.dataset.broken, { reason: toldHere(answer) }) : told.dataset.holds;
  told.classList.toggle("late", answer.code !== 0);
  told.hidden = false;
};
for (const link of document.querySelectorAll("a[data-transcript]")) {
  link.addEventListener("click", async (event) => {
    event.preventDefault();
    try {
      await tell(link.dataset, await (await fetch(link.dataset.transcript)).text());
    } catch {
      location.assign(link.href);
    }
  });
}
for (const field of document.querySelectorAll("input[data-verifier]")) {
  field.parentElement.hidden = false;
  field.addEventListener("change", async () => {
    if (!field.files.length) return;
    const text = await field.files[0].text();
    await tell(field.dataset, text).catch(() => (field.form.elements.text.value = text));
  });
}
