// Whoever leaves a form with something typed in it that was not sent is asked first: by a link, a switch of language, a closed window.
let typed = document.querySelector("main .summary") !== null; // a form that came back holds what was not sent
document.addEventListener("input", (event) => { if (event.target.form?.method === "post" && event.target.closest("main")) typed = true; });
document.addEventListener("submit", (event) => { if (event.target.closest("main")) typed = false; });
addEventListener("beforeunload", (event) => { if (typed) event.preventDefault(); });
