"use strict";

const POLL_MS = 5000;
const PLAIN_STATUSES = new Set(["pending", "running", "done", "error", "cancelled"]);

async function fetchJson(path) {
  const answer = await fetch(path, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
  return answer.json();
}

function element(tag, text, className = "") {
  const made = document.createElement(tag);
  made.textContent = text;
  made.className = className;
  return made;
}

function scenarioItem(scenario) {
  const name = String(scenario.name);
  const item = document.createElement("li");
  const link = element("a", scenario.display_name || name);
  link.href = `/query/scenarios/${encodeURIComponent(name)}`;
  item.append(link, element("span", ` ${name}`, "quiet"));
  return item;
}

function jobRow(job) {
  const row = document.createElement("tr");
  const scenario = document.createElement("td");
  const link = element("a", job.scenario_name);
  link.href = `/api/upload-jobs/${encodeURIComponent(job.id)}`;
  scenario.append(link);
  row.append(
    scenario,
    element("td", job.status, PLAIN_STATUSES.has(job.status) ? job.status : ""),
    element("td", `${Math.round(job.overall_pct)} %`),
    element("td", new Date(job.created_at).toLocaleString()),
  );
  return row;
}

function say(id, text) {
  const note = document.getElementById(`${id}-note`);
  // an unchanged text must not be read out again at each poll
  if (note.textContent !== text) note.textContent = text;
  note.hidden = !text;
}

const shown = new Map();

async function show(id, path, items, make, whenEmpty) {
  const list = document.getElementById(id);
  const body = list.tBodies ? list.tBodies[0] : list;
  try {
    const answer = items(await fetchJson(path));
    const text = JSON.stringify(answer);
    // what has not changed is left alone, and keeps the keyboard's focus
    if (shown.get(id) !== text) body.replaceChildren(...answer.map(make));
    shown.set(id, text);
    list.hidden = answer.length === 0;
    say(id, answer.length ? "" : whenEmpty);
  } catch (error) {
    list.hidden = true;
    say(id, `Not available: ${error.message}. Trying again.`);
  }
}

async function refresh() {
  if (!document.hidden) {
    await Promise.all([
      show("scenarios", "/query/scenarios", (a) => a.scenarios, scenarioItem, "No scenario yet."),
      show("jobs", "/api/upload-jobs?limit=10", (a) => a.jobs, jobRow, "No job yet."),
    ]);
  }
  setTimeout(refresh, POLL_MS);
}

refresh();
