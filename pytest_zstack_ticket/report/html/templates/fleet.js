"use strict";
(function () {
  var data = JSON.parse(document.getElementById("data").textContent);
  var form = document.getElementById("filter");
  var grid = document.getElementById("matrix");
  var about = document.getElementById("cell");
  var SIZE = 20, LEFT = 190, TOP = 110, MARGIN = 4;
  var space = document.createElement("div");
  var rows = [], columns = [], at = { row: 0, column: 0 };
  var targets = data.targets, requirements = data.requirements;
  var rowTexts = targets.map(function (one) { return (one.name + " " + one.about).toLowerCase(); });
  var columnTexts = requirements.map(function (one) { return one.join(" ").toLowerCase(); });
  var regressed = targets.map(function (one) { return new Set(one.regressions); });

  space.className = "space";
  grid.appendChild(space);

  function all(list) { return list.map(function (_, index) { return index; }); }

  function matching(kept, texts, word) {
    return kept.filter(function (index) { return texts[index].includes(word); });
  }

  function isWanted(row, column, verdict, onlyRegressions) {
    return (verdict === "" || targets[row].verdicts[column] === verdict) &&
      (!onlyRegressions || regressed[row].has(column));
  }

  function isUneven(column) {
    var seen = {};
    rows.forEach(function (row) { seen[targets[row].verdicts[column]] = true; });
    return seen.p === true && seen.f === true;
  }

  function apply() {
    var started = performance.now();
    var fields = form.elements;
    var verdict = fields.verdict.value, onlyRegressions = fields.regressions.checked;
    rows = all(targets);
    columns = all(requirements);
    fields.text.value.toLowerCase().split(/\s+/).filter(Boolean).forEach(function (word) {
      // a word that names targets chooses among them, any other one among requirements
      var named = matching(rows, rowTexts, word);
      if (named.length > 0) { rows = named; } else { columns = matching(columns, columnTexts, word); }
    });
    if (verdict !== "" || onlyRegressions) {
      rows = rows.filter(function (row) {
        return columns.some(function (column) { return isWanted(row, column, verdict, onlyRegressions); });
      });
      columns = columns.filter(function (column) {
        return rows.some(function (row) { return isWanted(row, column, verdict, onlyRegressions); });
      });
    }
    if (fields.uneven.checked) { columns = columns.filter(isUneven); }
    at = { row: Math.min(at.row, Math.max(0, rows.length - 1)), column: Math.min(at.column, Math.max(0, columns.length - 1)) };
    space.style.width = (LEFT + columns.length * SIZE) + "px";
    space.style.height = (TOP + rows.length * SIZE) + "px";
    grid.style.height = Math.max(180, Math.min(window.innerHeight * 0.7, TOP + rows.length * SIZE + 18)) + "px";
    grid.setAttribute("aria-rowcount", rows.length + 1);
    grid.setAttribute("aria-colcount", columns.length + 1);
    document.getElementById("shown").textContent = data.words.shown.replace("{rows}", rows.length)
      .replace("{all_rows}", targets.length).replace("{columns}", columns.length).replace("{all_columns}", requirements.length);
    draw();
    document.documentElement.dataset.filterMs = (performance.now() - started).toFixed(1);
  }

  function box(parent, kind, role, left, top, width, height, text) {
    var made = document.createElement("div");
    made.className = "at " + kind;
    made.setAttribute("role", role);
    made.style.left = left + "px";
    made.style.top = top + "px";
    made.style.width = width + "px";
    made.style.height = height + "px";
    made.textContent = text;
    parent.appendChild(made);
    return made;
  }

  function line(parent, index) {
    var made = document.createElement("div");
    made.setAttribute("role", "row");
    made.setAttribute("aria-rowindex", index);
    parent.appendChild(made);
    return made;
  }

  function visiblePart(scrolled, room, count) {
    var first = Math.max(0, Math.floor(scrolled / SIZE) - MARGIN);
    return { first: first, end: Math.min(count, Math.ceil((scrolled + room) / SIZE) + MARGIN) };
  }

  function draw() {
    var part = document.createDocumentFragment();
    var x = grid.scrollLeft, y = grid.scrollTop;
    var down = visiblePart(y, grid.clientHeight - TOP, rows.length);
    var across = visiblePart(x, grid.clientWidth - LEFT, columns.length);
    var head = line(part, 1), row, column;
    for (column = across.first; column < across.end; column += 1) {
      var title = box(head, "head top", "columnheader", LEFT + column * SIZE, y, SIZE, TOP, requirements[columns[column]][0]);
      title.setAttribute("aria-colindex", column + 2);
    }
    for (row = down.first; row < down.end; row += 1) { drawRow(part, row, across, x); }
    box(head, "head corner", "columnheader", x, y, LEFT, TOP, "");
    space.replaceChildren(part);
    showCell();
  }

  function drawRow(part, row, across, x) {
    var target = targets[rows[row]], top = TOP + row * SIZE, made = line(part, row + 2), column;
    for (column = across.first; column < across.end; column += 1) {
      var place = columns[column], letter = target.verdicts[place], known = data.verdicts[letter];
      var kind = "box " + (known ? known[2] : "") + (regressed[rows[row]].has(place) ? " regressed" : "");
      var active = row === at.row && column === at.column;
      var cell = box(made, kind + (active ? " active" : ""), "gridcell", LEFT + column * SIZE, top, SIZE, SIZE, known ? known[0] : "");
      cell.setAttribute("aria-colindex", column + 2);
      cell.setAttribute("aria-label", known ? known[1] : data.words.unknown);
      cell.dataset.row = row;
      cell.dataset.column = column;
      if (active) { cell.id = "active-cell"; }
    }
    var mark = data.verdicts[target.verdict];
    var name = box(made, "head", "rowheader", x, top, LEFT, SIZE, mark[0] + " " + target.name);
    name.title = target.name + " " + target.about;
  }

  function showCell() {
    var target = targets[rows[at.row]], place = columns[at.column];
    if (target === undefined || place === undefined) {
      about.textContent = "";
      grid.removeAttribute("aria-activedescendant");
      return;
    }
    grid.setAttribute("aria-activedescendant", "active-cell");
    var known = data.verdicts[target.verdicts[place]], note = data.texts[target.notes[place]];
    about.textContent = [
      target.name + (target.release ? " (" + target.release + ")" : ""),
      requirements[place].join(" "),
      (known ? known[0] + " " + known[1] : data.words.unknown) + (regressed[rows[at.row]].has(place) ? ", " + data.words.regression : ""),
      note
    ].filter(Boolean).join(" · ");
  }

  function go(row, column) {
    at = { row: Math.max(0, Math.min(rows.length - 1, row)), column: Math.max(0, Math.min(columns.length - 1, column)) };
    var top = at.row * SIZE, left = at.column * SIZE;
    var high = grid.clientHeight - TOP - SIZE, wide = grid.clientWidth - LEFT - SIZE;
    grid.scrollTop = Math.min(top, Math.max(grid.scrollTop, top - high));
    grid.scrollLeft = Math.min(left, Math.max(grid.scrollLeft, left - wide));
    draw();
  }

  function keepFailures() {
    var target = targets[rows[at.row]];
    if (target === undefined) { return; }
    form.elements.text.value = target.name.toLowerCase();
    form.elements.verdict.value = "f";
    apply();
  }

  grid.addEventListener("keydown", function (event) {
    var page = Math.max(1, Math.floor((grid.clientHeight - TOP) / SIZE) - 1);
    var steps = {
      ArrowUp: [at.row - 1, at.column], ArrowDown: [at.row + 1, at.column],
      ArrowLeft: [at.row, at.column - 1], ArrowRight: [at.row, at.column + 1],
      PageUp: [at.row - page, at.column], PageDown: [at.row + page, at.column],
      Home: [event.ctrlKey ? 0 : at.row, 0], End: [event.ctrlKey ? rows.length - 1 : at.row, columns.length - 1]
    };
    if (steps[event.key]) {
      event.preventDefault();
      go(steps[event.key][0], steps[event.key][1]);
    } else if (event.key === "Enter") {
      keepFailures();
    } else if (event.key === "Escape") {
      form.reset();
      apply();
    }
  });
  grid.addEventListener("click", function (event) {
    var cell = event.target.closest("[data-row]");
    if (cell) { go(Number(cell.dataset.row), Number(cell.dataset.column)); }
  });
  var waiting = false;
  grid.addEventListener("scroll", function () {
    if (waiting) { return; }
    waiting = true;
    requestAnimationFrame(function () { waiting = false; draw(); });
  });
  window.addEventListener("resize", draw);
  form.addEventListener("input", apply);
  form.addEventListener("submit", function (event) { event.preventDefault(); });
  new URLSearchParams(location.hash.slice(1)).forEach(function (value, name) {
    // a link can carry a filter: fleet.html#verdict=f&text=canary
    var field = form.elements[name];
    if (field && field.type === "checkbox") { field.checked = value === "1"; } else if (field) { field.value = value; }
  });
  function showFirst(isIt) {
    for (var row = 0; row < rows.length; row += 1) {
      for (var column = 0; column < columns.length; column += 1) {
        if (isIt(rows[row], columns[column])) { go(row, column); return true; }
      }
    }
    return false;
  }
  apply();
  // the page opens where it matters most
  if (!showFirst(function (row, column) { return regressed[row].has(column); })) {
    showFirst(function (row, column) { return targets[row].verdicts[column] === "f"; });
  }
}());
