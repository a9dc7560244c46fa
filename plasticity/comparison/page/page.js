"use strict";

// A slider moves all films: each has frames of its own, and shows the one as far along.
const slider = document.getElementById("growth");
if (slider) {
  const films = [...document.querySelectorAll(".film")];
  const button = document.getElementById("play");
  let playing = null;

  const show = () => {
    const share = Number(slider.value) / Number(slider.max || 1);
    for (const film of films) {
      const steps = JSON.parse(film.dataset.steps);
      const frame = Math.round(share * (steps.length - 1));
      film.style.setProperty("--frame", frame);
      film.parentElement.querySelector("output").textContent = steps[frame].toLocaleString("en");
    }
  };
  const stop = () => {
    clearInterval(playing);
    playing = null;
    button.textContent = "Play";
  };
  const advance = () => {
    if (Number(slider.value) >= Number(slider.max)) return stop();
    slider.value = Number(slider.value) + 1;
    show();
  };
  slider.addEventListener("input", () => { stop(); show(); });
  button.addEventListener("click", () => {
    if (playing) return stop();
    if (Number(slider.value) >= Number(slider.max)) slider.value = 0;
    show();
    playing = setInterval(advance, 220);
    button.textContent = "Stop";
  });
  show();
}

// A click on a heading sorts its table: the largest first, then the smallest, holes always last.
for (const table of document.querySelectorAll("table.sortable")) {
  const heads = [...table.tHead.rows[0].cells];
  const body = table.tBodies[0];
  heads.forEach((head, place) => {
    head.querySelector("button")?.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") !== "descending";
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const known = (row) => row.cells[place].dataset.value !== "";
      const rows = [...body.rows].sort((a, b) => {
        if (known(a) !== known(b)) return known(a) ? -1 : 1;
        const [x, y] = [a, b].map((row) => row.cells[place].dataset.value);
        const order = place === 0 ? y.localeCompare(x) : Number(x) - Number(y);
        return down ? -order : order;
      });
      body.append(...rows);
    });
  });
}

// A table that goes on to the right shows there that it does.
for (const box of document.querySelectorAll(".scroll")) {
  const look = () => {
    const rest = box.scrollWidth - box.clientWidth - box.scrollLeft;
    box.parentElement.classList.toggle("goes-on", rest > 1);
  };
  box.addEventListener("scroll", look, { passive: true });
  new ResizeObserver(look).observe(box);
  look();
}
