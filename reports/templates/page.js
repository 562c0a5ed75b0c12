// What a reader may do with the page beyond reading it: sort and filter tables, pick one service, step through the points of a
// chart, copy a chart. Everything is on the page without it; nothing here computes a figure or leaves the page.
(() => {
  "use strict";
  const words = JSON.parse(document.body.dataset.words || "{}");
  const say = (word) => words[word] || word;
  const make = (name, attributes, text) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) element.setAttribute(key, value);
    if (text) element.textContent = text;
    return element;
  };

  // Tables: a heading sorts by its column, again turns the order, a third time gives the page's own order back.
  const number = (cell) => {
    const own = cell.querySelector("[data-v]");
    const value = cell.dataset.v ?? (own ? own.dataset.v : undefined);
    return value === undefined ? Number("none") : Number(value);
  };
  const words_of = (cell) => cell.textContent.trim();
  const sortable = (table) => {
    const body = table.tBodies[0];
    if (!body || body.rows.length < 3 || !table.tHead) return;
    const own = [...body.rows];
    [...table.tHead.rows[0].cells].forEach((heading, column) => {
      const label = heading.textContent.trim();
      if (!label || own.every((row) => !row.cells[column] || !words_of(row.cells[column]))) return;
      const button = make("button", { type: "button", class: "sort", title: say("Sort by") + " " + label });
      while (heading.firstChild) button.append(heading.firstChild);
      heading.append(button);
      button.addEventListener("click", () => {
        const before = heading.getAttribute("aria-sort");
        for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
        const next = before === null ? "ascending" : before === "ascending" ? "descending" : null;
        let rows = own;
        if (next) {
          heading.setAttribute("aria-sort", next);
          const sign = next === "ascending" ? 1 : -1;
          rows = [...own].sort((a, b) => {
            const [one, two] = [a.cells[column], b.cells[column]];
            const [x, y] = [number(one), number(two)];
            // What isn't there is last, whichever way the rest is sorted.
            const [empty_x, empty_y] = [one.classList.contains("missing"), two.classList.contains("missing")];
            if (empty_x !== empty_y) return empty_x ? 1 : -1;
            if (!isNaN(x) && !isNaN(y)) return sign * (x - y);
            return sign * words_of(one).localeCompare(words_of(two), document.documentElement.lang, { numeric: true });
          });
        }
        body.append(...rows);
      });
    });
  };

  // Rows that a word or a picked service hides; both count.
  const show = () => {
    const picked = document.querySelector("#pick")?.value || "";
    for (const table of document.querySelectorAll("main table")) {
      const body = table.tBodies[0];
      if (!body) continue;
      const wanted = (document.querySelector(`input[data-for="${table.id}"]`)?.value || "").trim().toLowerCase();
      let shown = 0;
      for (const row of body.rows) {
        const by_pick = picked === "" || table.dataset.by !== "service" || words_of(row.cells[0]) === picked;
        const by_word = wanted === "" || row.textContent.toLowerCase().includes(wanted);
        row.hidden = !(by_pick && by_word);
        shown += row.hidden ? 0 : 1;
      }
      const note = document.querySelector(`output[data-for="${table.id}"]`);
      if (note) note.textContent = shown === body.rows.length ? "" : `${shown} / ${body.rows.length} ${say("rows shown")}`;
    }
    for (const panel of document.querySelectorAll("[data-service]")) {
      panel.classList.toggle("aside", picked !== "" && panel.dataset.service !== picked);
    }
  };
  const filtered = (table) => {
    const body = table.tBodies[0];
    if (!body || body.rows.length < 12) return;
    const bar = make("p", { class: "tools" });
    const label = make("label", {}, say("Filter") + " ");
    label.append(make("input", { type: "search", "data-for": table.id, autocomplete: "off" }));
    bar.append(label, make("output", { "data-for": table.id, "aria-live": "polite" }));
    label.firstElementChild.addEventListener("input", show);
    (table.closest(".frame") || table).before(bar);
  };
  const picker = () => {
    const rows = document.querySelectorAll('main table[data-by="service"] tbody tr');
    const names = [...new Set([...rows].map((row) => words_of(row.cells[0])))].sort((a, b) => a.localeCompare(b));
    if (names.length < 2) return;
    const bar = make("p", { class: "tools pick" });
    const label = make("label", {}, say("Service") + " ");
    const select = make("select", { id: "pick" });
    select.append(make("option", { value: "" }, say("All")), ...names.map((name) => make("option", { value: name }, name)));
    label.append(select);
    bar.append(label);
    select.addEventListener("change", show);
    document.querySelector("header").append(bar);
  };

  // Charts: the point nearest to the pointer, or the next one by an arrow key, says what it is; a button copies the chart.
  const colours = (svg) => {
    const copy = svg.cloneNode(true);
    const page = getComputedStyle(document.documentElement);
    const resolved = (text) => text.replace(/var\((--[a-z]+)\)/g, (_, name) => page.getPropertyValue(name).trim());
    for (const element of copy.querySelectorAll("*")) {
      for (const attribute of [...element.attributes]) {
        if (attribute.value.includes("var(")) element.setAttribute(attribute.name, resolved(attribute.value));
      }
    }
    copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
    copy.setAttribute("font-family", "system-ui, sans-serif");
    return { text: new XMLSerializer().serializeToString(copy), paper: page.getPropertyValue("--paper").trim() };
  };
  const picture = (svg) =>
    new Promise((done, failed) => {
      const { text, paper } = colours(svg);
      const box = svg.viewBox.baseVal;
      const image = new Image();
      image.onerror = failed;
      image.onload = () => {
        const canvas = make("canvas");
        [canvas.width, canvas.height] = [box.width * 2, box.height * 2];
        const pen = canvas.getContext("2d");
        pen.fillStyle = paper || "#fff";
        pen.fillRect(0, 0, canvas.width, canvas.height);
        pen.drawImage(image, 0, 0, canvas.width, canvas.height);
        canvas.toBlob((blob) => (blob ? done(blob) : failed()), "image/png");
      };
      image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(text);
    });
  const chart = (figure) => {
    const svg = figure.querySelector(":scope > svg");
    if (!svg) return;
    const copy = make("button", { type: "button", class: "copy" }, say("Copy chart"));
    copy.addEventListener("click", async () => {
      try {
        await navigator.clipboard.write([new ClipboardItem({ "image/png": picture(svg) })]);
      } catch {
        // Without leave to write pictures, its words are copied.
        await navigator.clipboard?.writeText(svg.getAttribute("aria-label") || "").catch(() => {});
      }
      copy.textContent = say("Copied");
      setTimeout(() => (copy.textContent = say("Copy chart")), 1500);
    });
    figure.append(copy);
    const points = [...svg.querySelectorAll(".pt")];
    if (points.length < 2) return;
    const note = make("p", { class: "reading", "aria-live": "polite" });
    svg.after(note);
    let at = -1;
    const mark = (index) => {
      points[at]?.classList.remove("on");
      at = index;
      points[at]?.classList.add("on");
      note.textContent = points[at]?.querySelector("title")?.textContent || "";
    };
    svg.setAttribute("tabindex", "0");
    svg.addEventListener("pointermove", (event) => {
      const distance = (point) => {
        const box = point.getBoundingClientRect();
        return Math.hypot(box.x + box.width / 2 - event.clientX, (box.y + box.height / 2 - event.clientY) / 4);
      };
      let nearest = 0;
      points.forEach((point, index) => (nearest = distance(point) < distance(points[nearest]) ? index : nearest));
      mark(nearest);
    });
    svg.addEventListener("pointerleave", () => mark(-1));
    svg.addEventListener("blur", () => mark(-1));
    svg.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      mark(at < 0 ? points.length - 1 : Math.min(points.length - 1, Math.max(0, at + step)));
    });
  };

  // A figure leads to its definition, which opens; the way back is the browser's own.
  const reveal = () => {
    const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const details = target && target.closest("details");
    if (!details) return;
    details.open = true;
    details.querySelector("summary").focus();
    details.scrollIntoView({ block: "start" });
  };

  document.querySelectorAll("main table:not(.matrix)").forEach((table, index) => {
    table.id = table.id || "t" + index;
    sortable(table);
    filtered(table);
  });
  picker();
  document.querySelectorAll("figure").forEach(chart);
  addEventListener("hashchange", reveal);
  reveal();
  document.documentElement.classList.add("live");
})();
