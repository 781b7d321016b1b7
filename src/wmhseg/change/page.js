"use strict";
// Without this script, all slices are shown at once, as on paper.
for (const pair of document.querySelectorAll(".pair")) {
  const box = pair.querySelector(".slices");
  const slices = [...box.querySelectorAll(".slice")];
  const slider = pair.querySelector("input[type=range]");
  const position = pair.querySelector("output");

  const show = () => {
    slices.forEach((slice, index) => slice.classList.toggle("on", index === Number(slider.value)));
    position.textContent = slices[slider.value].querySelector("figcaption").textContent;
  };

  box.classList.add("one");
  slider.addEventListener("input", show);
  pair.querySelector("input[type=checkbox]").addEventListener("change", (event) => {
    box.classList.toggle("plain", !event.target.checked);
  });
  for (const row of pair.querySelectorAll("tr[data-slice]")) {
    const choose = () => {
      slider.value = row.dataset.slice;
      show();
      box.scrollIntoView({block: "nearest"});
    };
    row.tabIndex = 0;
    row.addEventListener("click", choose);
    row.addEventListener("keydown", (event) => { if (event.key === "Enter") choose(); });
  }
  show();
}
