/* The checkout form with scripts: cities and districts of the chosen Chinese province to pick from. Without scripts
   they are typed, and the server knows their names. */
(() => {
  const form = document.querySelector('form[data-checkout]');
  if (!form) return;
  const { region, city, district } = form.elements;

  const offer = (input, names) => {
    if (!input) return;
    const id = `list-${input.name}`;
    let list = document.getElementById(id);
    if (!list) {
      list = Object.assign(document.createElement('datalist'), { id });
      input.after(list);
      input.setAttribute('list', id);
    }
    list.replaceChildren(...names.map((name) => Object.assign(document.createElement('option'), { value: name })));
    if (names.length === 1 && !input.value) input.value = names[0];
  };

  if (form.dataset.divisions && region && city) {
    let cities = {};
    const districts = () => offer(district, cities[city.value] || []);
    const load = async () => {
      if (!region.value) return;
      const answer = await fetch(form.dataset.divisions + encodeURIComponent(region.value)).catch(() => null);
      if (!answer?.ok) return;
      cities = await answer.json();
      if (city.value && !cities[city.value]) {
        city.value = '';
        if (district) district.value = '';
      }
      offer(city, Object.keys(cities));
      districts();
    };
    region.addEventListener('change', load);
    city.addEventListener('input', districts);
    load();
  }
})();
