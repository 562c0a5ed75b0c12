// Opens pages in Chromium and says what is wrong with them, as JSON on stdout: {page: [finding, ...]}. What it looks at: errors of
// the console, requests that leave the file, overflow at three widths and on A4, an accessibility checker in light and dark, that
// tables sort and filter, that a service can be picked, that figures lead to their definitions, and that all of it is there
// without script. Usage: node check.mjs FOLDER-OF-NODE-MODULES PAGE...
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [modules, ...pages] = process.argv.slice(2);
const require = createRequire(pathToFileURL(modules + "/"));
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-sync"],
});

const open = async (page_path, found, options = {}, width = 1280) => {
  const context = await browser.newContext({ viewport: { width, height: 900 }, ...options });
  const page = await context.newPage();
  const url = pathToFileURL(page_path).href;
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) found.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => found.push(`error: ${error.message}`));
  page.on("request", (request) => {
    const to = request.url();
    if (to !== url && !to.startsWith("data:")) found.push(`request: ${to}`);
  });
  await page.goto(url, { waitUntil: "load" });
  return [context, page];
};

const overflow = (page) =>
  page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    const wide = [...document.querySelectorAll("body *")].filter((element) => {
      const box = element.getBoundingClientRect();
      return box.width > 0 && box.right > width + 1 && !element.closest(".frame") && !element.closest(".unseen");
    });
    return [`${document.documentElement.scrollWidth} > ${width}: ` + wide.slice(0, 3).map((e) => e.outerHTML.slice(0, 90)).join(" | ")];
  });

const accessible = async (page) => {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() =>
    window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }),
  );
  return violations.map((one) => `${one.id}: ${one.help}: ${one.nodes.slice(0, 3).map((node) => node.html.slice(0, 120)).join(" | ")}`);
};

const texts = (page, table, column) =>
  page.$$eval(`#${table} tbody tr:not([hidden])`, (rows, column) => rows.map((row) => row.cells[column].textContent.trim()), column);

const interaction = async (page, found) => {
  const tables = await page.$$eval("main table:not(.matrix)", (tables) =>
    tables.map((table) => ({ id: table.id, rows: table.tBodies[0].rows.length, by: table.dataset.by || "", open: !table.closest("details") })),
  );
  const large = tables.filter((table) => table.open).sort((a, b) => b.rows - a.rows)[0];
  if (large && large.rows >= 3) {
    const heading = `#${large.id} thead th:first-child button`;
    const own = await texts(page, large.id, 0);
    await page.focus(heading);
    await page.keyboard.press("Enter");
    const up = await texts(page, large.id, 0);
    await page.keyboard.press("Enter");
    const down = await texts(page, large.id, 0);
    await page.keyboard.press("Enter");
    const again = await texts(page, large.id, 0);
    const sorted = await page.evaluate((list) => [...list].sort((a, b) => a.localeCompare(b, document.documentElement.lang, { numeric: true })), own);
    if (JSON.stringify(up) !== JSON.stringify(sorted)) found.push(`sort: ${up.slice(0, 4)} is not ${sorted.slice(0, 4)}`);
    if (JSON.stringify(down) !== JSON.stringify([...sorted].reverse())) found.push("sort: the other way is not the reverse");
    if (JSON.stringify(again) !== JSON.stringify(own)) found.push("sort: the third time doesn't give the page's own order");
    const by_number = await page.evaluate((id) => {
      const table = document.getElementById(id);
      const column = [...table.tHead.rows[0].cells].findIndex((cell, index) => {
        const values = [...table.tBodies[0].rows].map((row) => row.cells[index].dataset.v);
        return cell.querySelector("button") && values.filter((value) => value !== undefined).length >= 3;
      });
      if (column < 0) return true;
      table.tHead.rows[0].cells[column].querySelector("button").click();
      const shown = [...table.tBodies[0].rows].map((row) => Number(row.cells[column].dataset.v)).filter((value) => !Number.isNaN(value));
      table.tHead.rows[0].cells[column].querySelector("button").click();
      table.tHead.rows[0].cells[column].querySelector("button").click();
      return shown.every((value, index) => index === 0 || shown[index - 1] <= value);
    }, large.id);
    if (!by_number) found.push("sort: figures are not in the order of their values");
  }
  const filter = await page.$("main .tools input");
  if (filter) {
    const id = await filter.getAttribute("data-for");
    const [word] = await texts(page, id, 0);
    await filter.fill(word);
    const left = await texts(page, id, 0);
    const all = await page.$$eval(`#${id} tbody tr`, (rows) => rows.length);
    if (!left.includes(word) || left.length >= all) found.push(`filter: "${word}" left ${left.length} of ${all} rows`);
    await filter.fill("");
  }
  const pick = await page.$("#pick");
  if (pick) {
    const name = await pick.evaluate((select) => select.options[1].value);
    await pick.selectOption(name);
    const shown = await page.$$eval('main table[data-by="service"] tbody tr:not([hidden])', (rows) => rows.map((row) => row.cells[0].textContent.trim()));
    if (shown.length === 0 || shown.some((one) => one !== name)) found.push(`pick: "${name}" shows ${shown.slice(0, 3)}`);
    await pick.selectOption("");
  } else if (tables.some((table) => table.by === "service" && table.rows > 1)) {
    found.push("pick: there is nothing to pick a service with");
  }
  const link = await page.$('main a[href^="#m-"]');
  if (link) {
    const target = (await link.getAttribute("href")).slice(1);
    await link.click();
    const opened = await page.evaluate((id) => document.getElementById(id)?.closest("details")?.open, target);
    if (!opened) found.push(`evidence: ${target} did not open`);
  }
  for (const href of await page.$$eval('main a[href^="#"]', (links) => [...new Set(links.map((link) => link.getAttribute("href")))])) {
    if (!(await page.$(`[id="${href.slice(1)}"]`))) found.push(`evidence: nothing has the id ${href}`);
  }
  const charts = await page.$$eval("figure > svg", (charts) => charts.filter((chart) => chart.querySelectorAll(".pt").length > 1).length);
  if (charts > 0) {
    await page.$eval("figure > svg[tabindex]", (svg) => svg.focus());
    await page.keyboard.press("ArrowLeft");
    const read = await page.$$eval(".reading", (notes) => notes.map((note) => note.textContent).join(""));
    if (!read) found.push("chart: an arrow key reads no point");
  }
};

const report = {};
for (const path of pages) {
  const found = [];
  {
    const [context, page] = await open(path, found);
    await interaction(page, found);
    await context.close();
  }
  for (const width of [360, 768, 1280]) {
    const [context, page] = await open(path, found, {}, width);
    found.push(...(await overflow(page)).map((text) => `overflow at ${width}: ${text}`));
    await context.close();
  }
  {
    // A4 is 794 pixels wide, less its margins.
    const [context, page] = await open(path, found, {}, 696);
    await page.emulateMedia({ media: "print" });
    found.push(...(await overflow(page)).map((text) => `overflow on A4: ${text}`));
    await context.close();
  }
  for (const colorScheme of ["light", "dark"]) {
    const [context, page] = await open(path, found, { colorScheme, bypassCSP: true });
    await page.$$eval("details", (all) => all.forEach((one) => (one.open = true)));
    found.push(...(await accessible(page)).map((text) => `accessibility, ${colorScheme}: ${text}`));
    await context.close();
  }
  {
    const [context, page] = await open(path, found, { javaScriptEnabled: false });
    const rows = await page.locator("tbody tr").count();
    const buttons = await page.locator("button, input, select").count();
    if (buttons > 0) found.push(`without script: ${buttons} controls that do nothing`);
    const [with_context, with_script] = await open(path, found);
    const same = await with_script.locator("tbody tr").count();
    if (rows !== same) found.push(`without script: ${rows} rows, with it ${same}`);
    await with_context.close();
    await context.close();
  }
  report[path] = [...new Set(found)];
}
await browser.close();
console.log(JSON.stringify(report));
