// What reproduces the view: texts to copy, files to download, and the map as a table. Messages from Python: {file}.
function element(name, attributes = {}, ...children) {
  const made = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value)
  made.append(...children)
  return made
}

function save({name, type, data}) {
  const bytes = Uint8Array.from(atob(data), letter => letter.charCodeAt(0))
  const address = URL.createObjectURL(new Blob([bytes], {type}))
  const link = element("a", {href: address, download: name})
  link.click()
  setTimeout(() => URL.revokeObjectURL(address), 1000)
}

// Where there is no clipboard to write to (an address without encryption), the text is selected instead.
async function copy(text, place, button) {
  try {
    await navigator.clipboard.writeText(text)
    button.textContent = "copied"
  } catch {
    const range = document.createRange()
    range.selectNodeContents(place)
    window.getSelection().removeAllRanges()
    window.getSelection().addRange(range)
    button.textContent = "selected"
  }
  setTimeout(() => { button.textContent = "copy" }, 1500)
}

function table(held) {
  const head = element("tr", {}, element("td"), ...held.beta.map(v => element("th", {scope: "col"}, v)))
  const rows = held.alpha.map((alpha, k) => element("tr", {}, element("th", {scope: "row"}, alpha),
    ...held.cells[k].map(cell => element("td", {}, cell))))
  return element("table", {}, element("caption", {}, held.caption), element("thead", {}, head),
    element("tbody", {}, ...rows))
}

export function render({model}) {
  const box = element("div", {class: "recipe"})
  const files = element("div", {class: "files", role: "group", "aria-label": "downloads"})
  const buttons = model.formats.map(format => {
    const button = element("button", {type: "button"}, format)
    button.addEventListener("click", () => model.send_msg({download: format}))
    files.append(button)
    return button
  })
  const texts = element("div", {class: "texts"})
  const places = {}
  for (const name of ["command", "Python", "problem file (TOML)"]) {
    const place = element("pre", {tabindex: "0", "aria-label": name})
    const button = element("button", {type: "button", "aria-label": `copy the ${name}`}, "copy")
    button.addEventListener("click", () => copy(place.textContent, place, button))
    texts.append(element("section", {"aria-label": name}, element("h2", {}, name, " ", button), place))
    places[name] = place
  }
  const cells = element("details", {}, element("summary", {}, "the map as a table"), element("div", {class: "cells"}))
  cells.addEventListener("toggle", () => model.send_msg({table: cells.open}))

  const follow = () => {
    for (const [name, place] of Object.entries(places)) place.textContent = model.texts[name] ?? ""
  }
  const ready = () => buttons.forEach(button => { button.disabled = !model.available })
  const fill = () => {
    const held = model.table
    cells.lastChild.replaceChildren(...(held.alpha ? [table(held)] : []))
  }
  model.on("texts", follow)
  model.on("available", ready)
  model.on("table", fill)
  model.on("msg:custom", event => {
    const {file} = event.data ?? event
    if (file) save(file)
  })
  follow()
  ready()
  fill()
  box.append(files, texts, cells)
  return box
}
