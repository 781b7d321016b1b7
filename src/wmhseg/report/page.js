"use strict";
// Without this script, all slices are shown at once, as on paper.
const box = document.getElementById("slices");
const slices = [...box.querySelectorAll(".slice")];
const slider = document.getElementById("slider");
const position = document.getElementById("position");

function show() {
  slices.forEach((slice, index) => slice.classList.toggle("on", index === Number(slider.value)));
  position.textContent = slices[slider.value].querySelector("figcaption").textContent;
}

box.className = "one";
slider.addEventListener("input", show);
for (const mode of document.querySelectorAll("input[name=mode]")) {
  mode.addEventListener("change", () => { box.dataset.mode = mode.value; });
}
for (const row of document.querySelectorAll("tr[data-slice]")) {
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
