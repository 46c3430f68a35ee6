// Native inputs for the controls of the explorer, one for each description in `model.spec`; what is moved is sent at
// once. Messages from Python: {values} to set inputs, {query, title} to name what is shown in the address.
// The pause after which the address follows (ms): browsers allow a few changes of it a second.
const PAUSE = 300
// The rest after which figures are described anew (ms): not while they change many times a second.
const REST = 250
// The least time between two values of a slider that are sent (ms).
const PACE = 50

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

// As far as a box shows it; what is typed is taken as it is.
function brief(value) {
  return String(Number(Number(value).toPrecision(5)))
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
    number.value = brief(value)
    number.title = shortest(value)
    slider.setAttribute("aria-valuetext", `${shortest(value)} ${control.unit}`)
  }
  slider.addEventListener("input", () => {
    const value = Number(Number(slider.value).toPrecision(12))
    number.value = number.title = shortest(value)
    slider.setAttribute("aria-valuetext", `${shortest(value)} ${control.unit}`)
    send(control.key, value)
  })
  number.addEventListener("change", () => {
    if (number.value !== "" && Number.isFinite(Number(number.value))) {
      const value = Number(number.value)
      set(value)
      send(control.key, value)
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

// What a reader without the picture is told of each figure: its title and axes, and of the map what it says in all.
// The layer of a figure that takes the focus bears it, so that its tools stay reachable.
function describe(figures, said) {
  for (const [figure, view] of figures()) {
    const layer = view?.canvas_view?.events_el ?? view?.canvas?.events_el
    if (!layer) continue
    const [across, along] = [figure.below, figure.left].map(axes => axes[0]?.axis_label ?? "")
    const axes = across && along ? `${along} over ${across}` : across && `over ${across}`
    const parts = [figure.title?.text, axes, figure.name === "map" ? said : ""]
    for (const tool of toolsOf(view.el)) button(tool)
    layer.setAttribute("role", "img")
    layer.setAttribute("aria-label", parts.filter(Boolean).join(". ") || "nothing yet")
  }
}

function* toolsOf(element) {
  for (const one of element.shadowRoot?.querySelectorAll("*") ?? []) {
    if (one.title && one.tabIndex === 0) yield one
    yield* toolsOf(one)
  }
}

// Bokeh's tools answer to Enter, but do not say that they are buttons.
function button(tool) {
  tool.setAttribute("role", "button")
  tool.setAttribute("aria-label", tool.title)
}

// The figures of the page that holds a view, with their views.
function* figuresOf(view) {
  for (const model of view.model.document?.all_models ?? [])
    if (model.type === "Figure" || model.type === "Plot") yield [model, window.Bokeh?.index?.find_one(model)]
}

export function render({model, view}) {
  const form = element("form", {"aria-label": "parameters"})
  form.addEventListener("submit", event => event.preventDefault())
  const message = element("p", {class: "message", role: "status", "aria-live": "polite"})
  let setters = {}
  // While a slider is dragged its last value is sent every so often; the first one, and what has another key, at once.
  let held = null
  let timer = null
  const flush = () => {
    timer = null
    if (held === null) return
    model.send_msg(held)
    held = null
    timer = setTimeout(flush, PACE)
  }
  const send = (key, value) => {
    if (held !== null && held.key !== key) model.send_msg(held)
    held = {key, value}
    if (timer === null) flush()
  }

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

  let telling = null
  const tell = () => {
    if (telling !== null) clearTimeout(telling)
    telling = setTimeout(() => describe(() => figuresOf(view), message.textContent), REST)
  }
  const followed = new Set()
  function name() {
    for (const [figure] of figuresOf(view)) {
      if (followed.has(figure)) continue
      followed.add(figure)
      figure.title?.properties.text.change.connect(tell)
    }
    tell()
  }
  if (model.addressed) view.root.el.setAttribute("role", "main")
  view.model.document?.on_event?.("document_ready", name)
  view.model.document?.on_event?.("connection_lost", () => {
    message.textContent = "not connected: the server has ended; start it again and reload this page"
  })
  for (const pause of [500, 2000]) setTimeout(name, pause)  // figures are painted after this

  model.on("spec", build)
  model.on("msg:custom", event => {
    const {values, message: said, query: next, title} = event.data ?? event
    const busy = form.getRootNode().activeElement?.id
    for (const [key, value] of Object.entries(values ?? {}))
      if (`c-${key}` !== busy || event.force) setters[key]?.(value)
    if (said !== undefined) message.textContent = said
    tell()
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
