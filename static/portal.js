/* What does the page do beyond links and forms? Everything here only shortens the way; without it all works. */
"use strict";

(() => {
  const root = document.documentElement;
  const one = (selector, from = document) => from.querySelector(selector);
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  root.classList.add("js");

  function announce(text) {
    const place = one("#announcer");
    if (!place) return;
    place.textContent = "";
    window.setTimeout(() => { place.textContent = text; }, 50);
  }

  /* On a phone a long page begins folded; what holds a refused form stays open. */
  if (window.matchMedia("(max-width: 599.98px)").matches) {
    all("details.folds").forEach((section) => { section.open = Boolean(one("[aria-invalid=true]", section)); });
  }

  /* The head's height, for what sticks beneath it. */
  const head = one(".head");
  if (head && "ResizeObserver" in window) {
    new ResizeObserver(() => {
      const sticks = getComputedStyle(head).position === "sticky";
      root.style.setProperty("--head", sticks ? `${head.offsetHeight}px` : "0px");
    }).observe(head);
  }

  /* Theme: a cookie, so that the server's next page already has it. */
  function choose(theme) {
    if (theme === "auto") delete root.dataset.bsTheme; else root.dataset.bsTheme = theme;
    const age = theme === "auto" ? 0 : 31536000;
    document.cookie = `theme=${theme}; path=/; max-age=${age}; samesite=lax`;
    all("[data-theme-choice]").forEach((button) => {
      button.setAttribute("aria-pressed", String(button.dataset.themeChoice === theme));
    });
  }

  /* Copying: an amount gives its plain number; a button says what it copied. */
  function copied(button) {
    navigator.clipboard.writeText(button.dataset.copy).then(() => {
      const words = one("#announcer").dataset.copied.replace("{what}", button.dataset.copyName);
      announce(words);
      button.title = words;
      button.classList.add("is-done");
      window.setTimeout(() => button.classList.remove("is-done"), 2000);
    });
  }
  document.addEventListener("copy", (event) => {
    const chosen = window.getSelection();
    const start = chosen && chosen.anchorNode && chosen.anchorNode.parentElement;
    const amount = start && start.closest("[data-plain]");
    if (!amount || !event.clipboardData || chosen.toString().trim() !== amount.textContent.trim()) return;
    event.clipboardData.setData("text/plain", amount.dataset.plain);
    event.preventDefault();
  });

  /* Hover on a date adds the reader's own time where it differs. */
  document.addEventListener("mouseover", (event) => {
    const time = event.target.closest && event.target.closest("time[datetime*='T']:not([data-own])");
    if (!time) return;
    time.dataset.own = "";
    const at = new Date(time.dateTime);
    const zone = /([+-])(\d\d):?(\d\d)$/.exec(time.dateTime);
    const shift = zone ? (zone[1] === "-" ? -1 : 1) * (Number(zone[2]) * 60 + Number(zone[3])) : 0;
    const own = -at.getTimezoneOffset();
    if (Number.isNaN(at.getTime()) || shift === own) return;
    const two = (number) => String(number).padStart(2, "0");
    const name = `UTC${own < 0 ? "\u2212" : "+"}${Math.floor(Math.abs(own) / 60)}${own % 60 ? `:${two(Math.abs(own) % 60)}` : ""}`;
    time.title += `, ${one("#announcer").dataset.yourTime} ${two(at.getHours())}:${two(at.getMinutes())} ${name}`;
  });

  /* Rows: J K move, Enter opens, X chooses; other keys press the button that names them. */
  const rows = () => all("[data-row]").filter((row) => row.offsetParent !== null);
  const current = () => one("[data-row][aria-current]") || document.activeElement.closest("[data-row]");
  function move(step) {
    const list = rows();
    if (!list.length) return;
    const at = list.indexOf(current());
    const next = list[at < 0 ? (step > 0 ? 0 : list.length - 1) : Math.min(Math.max(at + step, 0), list.length - 1)];
    list.forEach((row) => row.removeAttribute("aria-current"));
    next.setAttribute("aria-current", "true");
    const link = one("a[href], button", next);
    if (link) link.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  }
  function press(key) {
    const row = current();
    const target = (row && one(`[data-key="${key}"]`, row)) || one(`#panel [data-key="${key}"], .panel [data-key="${key}"]`) || one(`[data-key="${key}"]:not(.deed *)`);
    if (target) target.click();
    return Boolean(target);
  }
  function close() {
    const drawer = one(".side.is-open");
    if (drawer) { drawer.classList.remove("is-open"); const button = one(".menu-button"); if (button) { button.setAttribute("aria-expanded", "false"); button.focus(); } return true; }
    const menu = one("details.menu[open]");
    if (menu) { menu.open = false; one("summary", menu).focus(); return true; }
    const closer = one(".panel [data-close]");
    if (closer) { closer.click(); return true; }
    return false;
  }
  /* The palette: arrows go through what was found, from the field and back to it. */
  function walk(palette, step) {
    const stops = [one("input", palette), ...all("#palette-found a", palette)];
    const at = stops.indexOf(document.activeElement);
    stops[(Math.max(at, 0) + step + stops.length) % stops.length].focus();
  }
  /* The row that was opened is the current one, and has the focus again when its panel closes. */
  function pointAt(row) {
    all("[data-row][aria-current]").forEach((other) => other.removeAttribute("aria-current"));
    row.setAttribute("aria-current", "true");
  }
  const keysOff = () => { try { return localStorage.getItem("keys") === "off"; } catch { return false; } };
  const typing = (target) => target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");
  const actions = {
    j: () => { if (!rows().length) return press("j"); move(1); return true; },
    k: () => { if (!rows().length) return press("k"); move(-1); return true; },
    x: () => { const row = current(); const box = row && one("input[type=checkbox]", row); if (box) box.click(); return Boolean(box); },
    "/": () => {
      const palette = one("#palette");
      const field = one("input", palette || document) && (palette ? one("input", palette) : one("[data-search]"));
      if (palette && !palette.open) palette.showModal();
      if (field) { field.focus(); field.select(); }
      return Boolean(field);
    },
    "?": () => { const keys = one("#keys"); if (keys && !keys.open) keys.showModal(); return Boolean(keys); },
  };
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      const form = event.target.closest("form") || one(".panel form");
      if (form) { event.preventDefault(); form.requestSubmit(); }
      return;
    }
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const palette = event.target.closest("#palette");
    if (palette && ["ArrowDown", "ArrowUp"].includes(event.key)) { event.preventDefault(); walk(palette, event.key === "ArrowDown" ? 1 : -1); return; }
    if (event.key === "Escape") { if (!one("dialog[open]") && close()) event.preventDefault(); return; }
    if (typing(event.target) || one("dialog[open]") || keysOff()) return;
    const key = event.key.toLowerCase();
    const deed = actions[event.key] || actions[key];
    if (deed ? deed() : /^[a-z]$/.test(key) && press(key)) event.preventDefault();
  });

  /* One listener for every click. */
  document.addEventListener("click", (event) => {
    const hit = (selector) => event.target.closest(selector);
    let found;
    if ((found = hit("[data-copy]"))) copied(found);
    if ((found = hit("[data-theme-choice]"))) choose(found.dataset.themeChoice);
    if ((found = hit("[data-dismiss]"))) found.closest("[data-toast]").remove();
    if ((found = hit("[data-close-dialog]"))) found.closest("dialog").close();
    if ((found = hit("[data-print-page]"))) window.print();
    if ((found = hit("[data-row] a[hx-get]"))) pointAt(found.closest("[data-row]"));
    if ((found = hit("[data-reveal]"))) {
      const input = document.getElementById(found.dataset.reveal);
      const show = input.type === "password";
      input.type = show ? "text" : "password";
      found.setAttribute("aria-pressed", String(show));
    }
    if ((found = hit("[data-row]")) && !hit("a, button, input, label, select, summary") && !String(window.getSelection())) {
      const link = one("a[href]", found);
      if (link) link.click();
    }
    if ((found = hit(".menu-button"))) {
      event.preventDefault();
      one(".side").classList.add("is-open");
      found.setAttribute("aria-expanded", "true");
      const first = one(".side-nav a");
      if (first) first.focus();
    }
    if (hit(".side-close, .scrim")) { event.preventDefault(); close(); }
    all("details.menu[open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-keys-off]")) {
      try { localStorage.setItem("keys", event.target.checked ? "off" : "on"); } catch { /* private mode: for this page only */ }
    }
    if (event.target.matches("[data-choose-all]")) {
      all("tbody input[type=checkbox]", event.target.closest("table")).forEach((box) => { box.checked = event.target.checked; });
    }
    if (event.target.matches("[data-submit-on-change]")) event.target.form.requestSubmit();
    if (event.target.matches(".deed-choose")) count();
  });
  /* How many rows are chosen, in the words of the page. */
  function count() {
    const words = one("[data-chosen]");
    const number = all(".deed-choose:checked").length;
    if (words) words.textContent = number === 1 ? words.dataset.one : words.dataset.many.replace("{n}", String(number));
  }

  /* One deed per form: the second click of a double click does nothing. */
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method === "dialog") return;
    if (form.dataset.sent) { event.preventDefault(); event.stopImmediatePropagation(); return; }
    if (form.method !== "post" || (form.hasAttribute("hx-post") && !form.matches("[hx-trigger=change]"))) return;
    const button = event.submitter;
    /* A look in a frame of the page is no deed, and one may look again. */
    if (button && button.hasAttribute("formtarget")) return;
    form.dataset.sent = "1";
    window.setTimeout(() => {
      if (!button) return;
      button.classList.add("is-busy");
      button.setAttribute("aria-disabled", "true");
    }, 150);
  }, true);
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    all("form[data-sent]").forEach((form) => { delete form.dataset.sent; });
    all(".is-busy").forEach((button) => { button.classList.remove("is-busy"); button.removeAttribute("aria-disabled"); });
  });

  /* Partial updates: a bar on the region that changes, then focus where the reader expects it. */
  function busy(target, on) {
    if (!target || !target.isConnected) return;
    target.setAttribute("aria-busy", String(on));
    const bar = one(":scope > .busy-bar", target);
    if (on && !bar) {
      const made = document.createElement("div");
      made.className = "busy-bar";
      if (getComputedStyle(target).position === "static") target.classList.add("is-region");
      target.prepend(made);
    } else if (!on && bar) bar.remove();
  }
  /* A form that only shows what it would change keeps its button: the click that ends the typing is the deed. */
  function buttonOf(form) { return form.matches("form:not([hx-trigger=change])") ? one("[type=submit]", form) : null; }
  document.addEventListener("htmx:beforeRequest", (event) => {
    busy(event.detail.target, true);
    const button = buttonOf(event.detail.elt);
    if (button) button.disabled = true;
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    busy(event.detail.target, false);
    const button = buttonOf(event.detail.elt);
    if (button) button.disabled = false;
  });
  ["htmx:sendError", "htmx:timeout"].forEach((name) => document.addEventListener(name, () => announce(one("#announcer").dataset.offline)));
  document.addEventListener("htmx:beforeSwap", (event) => {
    if ([409, 422].includes(event.detail.xhr.status)) { event.detail.shouldSwap = true; event.detail.isError = false; }
  });

  /* What new content asks for: focus, an announcement, a toast that leaves. */
  function settle(from) {
    const wanted = one("[data-focus]", from);
    const safe = one("[data-safe]", from);
    if (safe) safe.focus(); else if (wanted && !typing(document.activeElement || document.body)) wanted.focus();
    const words = one("[data-announce]", from);
    if (words) announce(words.dataset.announce);
    all("[data-toast]", from).forEach(age);
    all("[data-keys-off]", from).forEach((box) => { box.checked = keysOff(); });
  }
  function age(toast) {
    if (toast.dataset.aging) return;
    toast.dataset.aging = "1";
    if (toast.dataset.toast === "undo") { countdown(toast); return; }
    if (toast.classList.contains("toast-error")) return;
    let left = 8;
    const tick = window.setInterval(() => {
      if (!toast.matches(":hover, :focus-within") && --left <= 0) { toast.remove(); window.clearInterval(tick); }
    }, 1000);
  }
  function countdown(toast) {
    const until = Date.now() + Number(toast.dataset.seconds || 0) * 1000;
    const place = one("[data-countdown]", toast);
    if (!place) return;
    const show = () => {
      const left = Math.round((until - Date.now()) / 1000);
      if (left <= 0) { toast.remove(); window.clearInterval(tick); return; }
      place.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    };
    const tick = window.setInterval(show, 1000);
    show();
  }
  document.addEventListener("htmx:afterSettle", (event) => {
    settle(event.detail.elt || document);
    const row = event.detail.elt && event.detail.elt.id === "beside" && !one("#panel") && current();
    if (row) one("a[href]", row).focus();
  });
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", () => settle(document));
  else settle(document);
})();
