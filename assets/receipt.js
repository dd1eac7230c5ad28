// Compare a receipt that was kept with what was opened, on this very machine: the file is sent nowhere.
const checked = document.getElementById("receipt-check");
checked.hidden = false;
checked.querySelector("input").addEventListener("change", async ({ target }) => {
  if (!target.files.length) return;
  const told = checked.querySelector("[role=status]");
  const kept = await target.files[0].text().then(JSON.parse).catch(() => null);
  const rows = [...checked.querySelectorAll("template")].map(({ dataset }) => dataset);
  const other = rows.filter(({ field, value }) => kept && String(kept[field]) !== value).map(({ says }) => says);
  const strange = !kept || String(kept.entry) !== checked.dataset.entry;
  told.textContent = strange ? told.dataset.strange : other.length ? `${told.dataset.broken} ${other.join(", ")}` : told.dataset.holds;
  told.classList.toggle("late", strange || other.length > 0);
  told.hidden = false;
});
