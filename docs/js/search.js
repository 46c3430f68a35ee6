// The search of the documentation: every word must occur in a section; headings count more than text.
"use strict";
(() => {
  const MOST = 12;
  const AROUND = 60;
  const form = document.querySelector("form.search");
  const field = form.querySelector("input");
  const list = form.querySelector("ol");
  const status = form.querySelector("[role=status]");
  const root = form.dataset.root;
  const sections = window.sections.map((s) => ({
    ...s, head: s.heading.toLowerCase(), body: s.text.toLowerCase(), name: s.page.toLowerCase(),
  }));

  function score(section, words) {
    let sum = 0;
    for (const word of words) {
      const points = (section.head === word ? 16 : 0) + (section.head.startsWith(word) ? 8 : 0)
        + (section.head.includes(word) ? 8 : 0) + (section.name.includes(word) ? 2 : 0)
        + (section.body.includes(word) ? 1 : 0);
      if (!points) return 0;
      sum += points;
    }
    return sum;
  }

  // Whole words around the first place where one of the words occurs.
  function excerpt(section, words) {
    const places = words.map((word) => section.body.indexOf(word)).filter((at) => at >= 0);
    const near = Math.max(0, (places.length ? Math.min(...places) : 0) - AROUND);
    const from = near ? section.text.indexOf(" ", near) + 1 : 0;
    const last = from + 3 * AROUND < section.text.length;
    const part = section.text.slice(from, from + 3 * AROUND);
    return (from ? "… " : "") + (last ? part.replace(/\s\S*$/, " …") : part);
  }

  function entry(section, words) {
    const item = document.createElement("li");
    const link = document.createElement("a");
    link.href = root + section.place;
    for (const [tag, text] of [["b", section.heading], ["i", section.page], ["span", excerpt(section, words)]]) {
      const part = document.createElement(tag);
      part.textContent = text;
      link.append(part);
    }
    link.addEventListener("click", close);
    item.append(link);
    return item;
  }

  function show() {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    const found = words.length ? sections.map((section) => [score(section, words), section]).filter(([points]) => points) : [];
    found.sort((one, other) => other[0] - one[0]);
    list.replaceChildren(...found.slice(0, MOST).map(([, section]) => entry(section, words)));
    status.textContent = words.length ? (found.length ? `${found.length} found` : "Nothing found") : "";
    form.classList.toggle("open", words.length > 0);
  }

  function close() {
    form.classList.remove("open");
  }

  function move(event) {
    const links = [...list.querySelectorAll("a")];
    const at = links.indexOf(document.activeElement);
    if (event.key === "Escape") {
      close();
      field.focus();
    } else if (event.key === "ArrowDown" && links.length) {
      links[Math.min(at + 1, links.length - 1)].focus();
    } else if (event.key === "ArrowUp" && at >= 0) {
      (links[at - 1] || field).focus();
    } else {
      return;
    }
    event.preventDefault();
  }

  form.hidden = false;
  field.addEventListener("input", show);
  field.addEventListener("focus", show);
  form.addEventListener("keydown", move);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    list.querySelector("a")?.click();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !/^(input|textarea|select)$/i.test(event.target.tagName)) {
      event.preventDefault();
      field.focus();
    }
  });
  document.addEventListener("click", (event) => {
    if (!form.contains(event.target)) close();
  });
})();
