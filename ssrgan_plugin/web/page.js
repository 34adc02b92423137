// Painting over a picture: red where pixels are lost, blue where they are known. What was painted stays by the
// picture's name while its page is open, and goes with a request as PNG.
window.ssrgan = {
  layers: {},

  start(image) {
    const canvas = image.nextElementSibling, name = canvas.dataset.name;
    canvas.width = image.naturalWidth;
    canvas.height = image.naturalHeight;
    const old = this.layers[name];
    const fits = old && old.canvas.width === canvas.width && old.canvas.height === canvas.height;
    const layer = this.layers[name] = { canvas, undo: fits ? old.undo : [], used: fits && old.used };
    if (fits) canvas.getContext('2d').drawImage(old.canvas, 0, 0);
    let at = null;
    const place = (event) => {
      const box = canvas.getBoundingClientRect();
      return [(event.clientX - box.left) * canvas.width / box.width, (event.clientY - box.top) * canvas.height / box.height];
    };
    canvas.onpointerdown = (event) => {
      event.preventDefault();
      canvas.focus();
      canvas.setPointerCapture(event.pointerId);
      this.remember(layer);
      at = place(event);
      this.draw(canvas, at, at);
    };
    canvas.onpointermove = (event) => {
      if (at) this.draw(canvas, at, at = place(event));
    };
    canvas.onpointerup = canvas.onpointercancel = () => { at = null; };
    let x = canvas.width / 2, y = canvas.height / 2;
    canvas.onkeydown = (event) => {
      const step = Math.max(1, this.brush(canvas).size / 2);
      const move = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] }[event.key];
      if (move) {
        x = Math.min(Math.max(x + move[0], 0), canvas.width);
        y = Math.min(Math.max(y + move[1], 0), canvas.height);
      } else if (event.key === ' ') {
        this.remember(layer);
        this.draw(canvas, [x, y], [x, y]);
      } else return;
      event.preventDefault();
      canvas.parentNode.style.setProperty('--x', 100 * x / canvas.width + '%');
      canvas.parentNode.style.setProperty('--y', 100 * y / canvas.height + '%');
    };
  },

  brush(canvas) {
    const tools = canvas.closest('.painter').querySelector('.tools');
    const share = tools.querySelector('[name=size]').value / 400;
    return {
      size: Math.max(1, share * Math.max(canvas.width, canvas.height)),
      colour: tools.querySelector('[name=pen]:checked').value === 'lost' ? '#d62860' : '#2860d6',
    };
  },

  draw(canvas, from, to) {
    const context = canvas.getContext('2d'), { size, colour } = this.brush(canvas);
    Object.assign(context, { lineCap: 'round', lineJoin: 'round', lineWidth: size, strokeStyle: colour });
    context.beginPath();
    context.moveTo(...from);
    context.lineTo(...to);
    context.stroke();
  },

  remember(layer) {
    layer.used = true;
    const copy = document.createElement('canvas');
    Object.assign(copy, { width: layer.canvas.width, height: layer.canvas.height });
    copy.getContext('2d').drawImage(layer.canvas, 0, 0);
    layer.undo.push(copy);
    if (layer.undo.length > 20) layer.undo.shift();
  },

  undo(button) {
    const layer = this.layers[button.closest('.painter').querySelector('canvas').dataset.name], last = layer.undo.pop();
    const context = layer.canvas.getContext('2d');
    context.clearRect(0, 0, layer.canvas.width, layer.canvas.height);
    if (last) context.drawImage(last, 0, 0);
  },

  clear(button) {
    const layer = this.layers[button.closest('.painter').querySelector('canvas').dataset.name];
    this.remember(layer);
    layer.canvas.getContext('2d').clearRect(0, 0, layer.canvas.width, layer.canvas.height);
  },

  // The last of a request's inputs becomes what was painted.
  withPainted(inputs) {
    const painted = {};
    for (const [name, layer] of Object.entries(this.layers))
      if (layer.used && layer.canvas.getContext('2d').getImageData(0, 0, layer.canvas.width, layer.canvas.height).data.some(Boolean))
        painted[name] = layer.canvas.toDataURL('image/png').split(',')[1];
    return [...inputs.slice(0, -1), JSON.stringify(painted)];
  },
};
