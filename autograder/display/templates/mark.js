"use strict";
const forms = [...document.querySelectorAll("form")];
const status_ = document.getElementById("status");

const nextQuestion =
  document.querySelector("nav [aria-current] + a") ?? document.querySelector("nav a");

const typed = (form) => [form.points.value, form.comment.value].join("\n");
const isDirty = (form) => typed(form) !== form.saved;

function tell(text, wrong) {
  status_.textContent = text;
  status_.className = wrong ? "wrong" : "";
}

function show(form, text, kind) {
  const output = form.querySelector("output");
  output.textContent = text;
  output.className = kind;
}

function focus(form) {
  form.points.focus({ preventScroll: true });
  form.points.select();
}

function go(form) {
  focus(form);
  form.closest("article").scrollIntoView({ block: "start" });
}

function step(form, by) {
  const next = forms[forms.indexOf(form) + by];
  if (next) go(next);
  else tell(by > 0 ? "That was the last answer." : "This is the first answer.");
}

function wrongPoints(form) {
  const text = form.points.value.trim().replace(",", ".");
  if (!text) return "";
  if (!/^(\d{1,4}(\.\d{0,4})?|\.\d{1,4})$/.test(text)) return `${text} is no number of points.`;
  return Number(text) > Number(form.dataset.most) ? `It is worth ${form.dataset.most} at most.` : "";
}

// One after the other, in the order of the keys.
let before = Promise.resolve();

function save(form) {
  const wrong = wrongPoints(form);
  if (wrong) {
    show(form, wrong, "wrong");
    form.points.select();
    return;
  }
  const article = form.closest("article");
  const confirms = article.classList.contains("waits") && form.points.value.trim();
  if (isDirty(form) || confirms) {
    const sent = typed(form);
    show(form, "Saving …", "");
    before = before.then(() => send(form, article, sent));
  }
  step(form, 1);
}

async function send(form, article, sent) {
  const [points, ...comment] = sent.split("\n");
  const { id, seen, digest, number } = form.dataset;
  let said = {}, done = false;
  try {
    const answer = await fetch("mark", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ id, seen, digest, points, comment: comment.join("\n") }),
    });
    done = answer.ok;
    said = await answer.json();
  } catch {
    said.message = "autograder mark does not answer. Start it again, and open its new address.";
  }
  if (said.seen) form.dataset.seen = said.seen;
  if (!done) {
    show(form, `Not saved. ${said.message}`, "wrong");
    tell(`Answer ${number} was not saved. ${said.message}`, true);
    return;
  }
  form.saved = sent;
  article.classList.toggle("waits", said.waits);
  show(form, said.waits ? "saved, without points" : `saved: ${said.points || "no points"}`, "right");
  document.querySelector("#left b").textContent = said.left;
  if (!forms.some((each) => each.querySelector("output.wrong"))) {
    tell(said.left ? "" : "Every answer has its points.");
  }
}

for (const form of forms) {
  form.saved = typed(form);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    save(form);
  });
  form.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    const inPoints = event.target === form.points;
    const act = {
      Enter: event.target.tagName !== "BUTTON" && !event.shiftKey && (() => save(form)),
      ArrowDown: inPoints && (() => step(form, 1)),
      ArrowUp: inPoints && (() => step(form, -1)),
      c: inPoints && (() => form.comment.focus()),
      Escape: () => go(form),
      n: inPoints && nextQuestion && (() => nextQuestion.click()),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
}
addEventListener("beforeunload", (event) => {
  if (forms.some(isDirty)) event.preventDefault();
});
if (forms.length) focus(forms[0]);
