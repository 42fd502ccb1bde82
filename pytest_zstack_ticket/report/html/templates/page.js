"use strict";
(function () {
  var form = document.getElementById("filter");
  var rows = Array.from(document.querySelectorAll(".requirement"));
  var heads = Array.from(document.querySelectorAll("h3[data-area]"));
  var texts = [];
  var fields = ["verdict", "area", "level"];
  var shown = document.getElementById("shown");

  function textOf(index) {
    if (texts[index] === undefined) {
      texts[index] = rows[index].textContent.toLowerCase();
    }
    return texts[index];
  }

  function wanted() {
    var words = form.elements.text.value.toLowerCase().split(/\s+/).filter(Boolean);
    var chosen = fields.map(function (name) { return form.elements[name].value; });
    if (form.elements.failed.checked) { chosen[0] = "failed"; }
    return rows.map(function (row, index) {
      return fields.every(function (name, place) {
        return chosen[place] === "" || row.dataset[name] === chosen[place];
      }) ? words.every(function (word) { return textOf(index).includes(word); }) : false;
    });
  }

  // an area that is off the screen costs no layout, so that all rows change at once
  function apply() {
    var count = 0;
    var areas = {};
    wanted().forEach(function (yes, index) {
      var row = rows[index];
      if (row.hidden === yes) { row.hidden = !yes; }
      if (yes) { count += 1; areas[row.dataset.area] = true; }
    });
    heads.forEach(function (head) { head.hidden = !areas[head.dataset.area]; });
    shown.textContent = form.dataset.shown.replace("%n", count).replace("%all", rows.length);
  }

  function copied(text) {
    if (navigator.clipboard) { return navigator.clipboard.writeText(text); }
    var area = document.createElement("textarea");
    area.value = text;
    document.body.appendChild(area);
    area.select();
    document.execCommand("copy");
    area.remove();
    return Promise.resolve();
  }

  function addButtons(root) {
    root.querySelectorAll("pre.copy:not([data-copy])").forEach(function (pre) {
      var button = document.createElement("button");
      pre.dataset.copy = "";
      button.type = "button";
      button.textContent = form.dataset.copy;
      button.addEventListener("click", function () {
        copied(pre.textContent).then(function () {
          button.textContent = form.dataset.copied;
          setTimeout(function () { button.textContent = form.dataset.copy; }, 1500);
        });
      });
      pre.before(button);
    });
  }

  function reveal() {
    var row = location.hash ? document.getElementById(decodeURIComponent(location.hash.slice(1))) : null;
    if (!row) { return; }
    if (row.hidden) { form.reset(); apply(); row.hidden = false; }
    if (row.matches("details")) { row.open = true; row.scrollIntoView(); }
  }

  form.hidden = false;
  form.addEventListener("input", apply);
  form.addEventListener("change", apply);
  form.addEventListener("submit", function (event) { event.preventDefault(); });
  form.addEventListener("reset", function () { setTimeout(apply, 0); });
  document.addEventListener("toggle", function (event) { addButtons(event.target); }, true);
  window.addEventListener("hashchange", reveal);
  var near = new IntersectionObserver(function (seen) {
    seen.forEach(function (one) { if (one.isIntersecting) { addButtons(one.target); } });
  }, { rootMargin: "500px" });
  rows.forEach(function (row) { if (row.open) { near.observe(row); } });
  (window.requestIdleCallback || setTimeout)(function () { rows.forEach(function (row, index) { textOf(index); }); });
  apply();
  reveal();
}());
