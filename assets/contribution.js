// The entrant's own part of the chance of a draw: 32 random bytes made here, which nobody else has seen before they are sent.
for (const field of document.querySelectorAll("input[data-contribution]")) {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  if (!field.value) field.value = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
