// What a hostile page can do with a browser that has our cookies. Each resolves when its request is on its way or,
// where the page is told, done.
const json = body => (body === null ? '{"x":1}' : body)

function submitForm({ url, body }, enctype) {
  const form = Object.assign(document.createElement('form'), { action: url, enctype, method: 'post' })
  // As text/plain this becomes a whole JSON object: what stands around the `=` is a field of it.
  const name = `${json(body).slice(0, -1)},"y":"`
  form.append(Object.assign(document.createElement('input'), { type: 'hidden', name, value: '"}' }))
  document.body.append(form)
  form.submit()
}

function send({ url, method, body }, mode, contentType) {
  const headers = body === null ? {} : { 'content-type': contentType }
  return fetch(url, { method, mode, credentials: 'include', headers, body })
    .then(answer => answer.text())
    .catch(() => {})
}

globalThis.attacks = {
  form: attack => submitForm(attack, 'application/x-www-form-urlencoded'),
  multipartForm: attack => submitForm(attack, 'multipart/form-data'),
  textForm: attack => submitForm(attack, 'text/plain'),
  simpleFetch: attack => send(attack, 'no-cors', 'text/plain'),
  emptyFetch: attack => send({ ...attack, body: null }, 'no-cors', ''),
  fetchOfJson: attack => send(attack, 'cors', 'application/json'),
  beacon: ({ url, body }) => void navigator.sendBeacon(url, json(body)),
}

/** What the page gets to see of an answer; null when the browser keeps it to itself. */
globalThis.read = async url => {
  const answer = await fetch(url, { credentials: 'include' }).catch(() => null)
  return answer === null ? null : await answer.text()
}
