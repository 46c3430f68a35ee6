// Native inputs for the controls of the explorer, one for each description in `model.spec`; what is moved is sent at
// once. Messages from Python: {values} to set inputs, {query, title} to name what is shown in the address.
// The pause after which the address follows (ms): browsers allow a few changes of it a second.
const PAUSE = 300

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) {
    if (key in made && typeof value !== "string") made[key] = value
    else made.setAttribute(key, value)
  }
  made.append(...children)
  return made
}

function shortest(value) {
  return String(Number(Number(value).toPrecision(6)))
}

// A range is a slider with a number beside it; both are one value.
function range(control, id, send) {
  const name = control.label + (control.unit ? ` (${control.unit})` : "")
  const bounds = {min: String(control.low), max: String(control.high), step: "any"}
  const slider = element("input", {type: "range", id, ...bounds, step: String(control.step)})
  const number = element("input", {type: "number", "aria-label": `${name}, as a number`, step: "any"})
  const set = value => {
    if (value < Number(slider.min)) slider.min = String(value)
    if (value > Number(slider.max)) slider.max = String(value)
    slider.value = String(value)
    number.value = shortest(value)
    slider.setAttribute("aria-valuetext", `${shortest(value)} ${control.unit}`)
  }
  slider.addEventListener("input", () => {
    const value = Number(Number(slider.value).toPrecision(12))
    number.value = shortest(value)
    slider.setAttribute("aria-valuetext", `${shortest(value)} ${control.unit}`)
    send(control.key, value)
  })
  number.addEventListener("change", () => {
    if (number.value !== "" && Number.isFinite(Number(number.value))) {
      set(Number(number.value))
      send(control.key, Number(number.value))
    }
  })
  set(control.value)
  return [element("div", {class: "row"}, element("label", {for: id}, name), slider, number), set]
}

// Steps are a slider over the places of a list.
function steps(control, id, send) {
  const options = control.options
  const slider = element("input", {type: "range", id, min: "0", max: String(options.length - 1), step: "1"})
  const shown = element("output", {for: id})
  const say = () => {
    shown.textContent = String(options[Number(slider.value)])
    slider.setAttribute("aria-valuetext", shown.textContent)
  }
  const set = value => {
    slider.value = String(Math.max(0, options.indexOf(value)))
    say()
  }
  slider.addEventListener("input", () => {
    say()
    send(control.key, options[Number(slider.value)])
  })
  set(control.value)
  return [element("div", {class: "row"}, element("label", {for: id}, control.label), slider, shown), set]
}

function choice(control, id, send) {
  const list = element("select", {id})
  for (const option of control.options) list.append(element("option", {value: String(option)}, String(option)))
  const set = value => { list.value = String(value) }
  list.addEventListener("change", () => send(control.key, list.value))
  set(control.value)
  return [element("div", {class: "row two"}, element("label", {for: id}, control.label), list), set]
}

function number(control, id, send) {
  const name = control.label + (control.unit ? ` (${control.unit})` : "")
  const input = element("input", {type: "number", id, step: "any"})
  const set = value => { input.value = shortest(value) }
  input.addEventListener("change", () => {
    if (input.value !== "" && Number.isFinite(Number(input.value))) send(control.key, Number(input.value))
  })
  set(control.value)
  return [element("div", {class: "row two"}, element("label", {for: id}, name), input), set]
}

const KINDS = {range, steps, choice, number}

export function render({model}) {
  const form = element("form", {"aria-label": "parameters"})
  form.addEventListener("submit", event => event.preventDefault())
  const message = element("p", {class: "message", role: "status", "aria-live": "polite"})
  let setters = {}
  const send = (key, value) => model.send_msg({key, value})

  function build() {
    const focused = form.getRootNode().activeElement?.id
    setters = {}
    form.replaceChildren()
    for (const group of model.spec) {
      const box = element("fieldset", {}, element("legend", {}, group.title))
      for (const control of group.controls) {
        const [row, set] = KINDS[control.kind](control, `c-${control.key}`, send)
        setters[control.key] = set
        box.append(row)
      }
      form.append(box)
    }
    if (focused) form.querySelector(`[id="${focused}"]`)?.focus()
  }

  let waiting = null
  let query = null
  function follow() {
    waiting = null
    if (query !== null && model.addressed) window.history.replaceState(null, "", `?${query}`)
  }

  model.on("spec", build)
  model.on("msg:custom", event => {
    const {values, message: said, query: next, title} = event.data ?? event
    const busy = form.getRootNode().activeElement?.id
    for (const [key, value] of Object.entries(values ?? {}))
      if (`c-${key}` !== busy || event.force) setters[key]?.(value)
    if (said !== undefined) message.textContent = said
    if (title !== undefined && model.addressed) document.title = title
    if (next !== undefined) {
      query = next
      if (waiting === null) waiting = setTimeout(follow, PAUSE)
    }
  })
  build()
  const box = element("div", {class: "controls"})
  box.append(form, message)
  return box
}
