/* The key of an invitation travels behind the # of its link, which no server ever sees: it is put into the form here. */
const form = document.querySelector("[data-enter]");
const key = decodeURIComponent(location.hash.slice(1));
if (form && key) {
  form.elements.key.value = key;
  history.replaceState(null, "", location.pathname + location.search);
  form.querySelector("button").focus();
}
