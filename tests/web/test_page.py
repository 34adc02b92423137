"""The page in a real browser: Debian's chromium and chromium-driver, or Google's."""

import json
import shutil
import signal
import zipfile
from urllib.parse import urlsplit

import numpy as np
import pytest
from PIL import Image
from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from ssrgan_plugin.web import texts

FLAGS = ('--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--window-size=1280,1000',
         '--disable-background-networking', '--disable-component-update', '--force-prefers-reduced-motion')  # fmt: skip


class Browser:
    def __init__(self, downloads):
        program = shutil.which('chromium') or shutil.which('google-chrome')
        driver = shutil.which('chromedriver')
        assert program and driver, 'needs a browser: apt-get install chromium chromium-driver'
        options = webdriver.ChromeOptions()
        options.binary_location = program
        for flag in FLAGS:
            options.add_argument(flag)
        options.set_capability('goog:loggingPrefs', {'performance': 'ALL', 'browser': 'ALL'})
        options.add_experimental_option('prefs', {'download.default_directory': str(downloads)})
        self.downloads = downloads
        self.driver = webdriver.Chrome(options, webdriver.ChromeService(driver))

    def all(self, css):
        return self.driver.find_elements(By.CSS_SELECTOR, css)

    def until(self, condition):
        return WebDriverWait(self.driver, 90, 0.1, ignored_exceptions=[Exception]).until(lambda _: condition())

    def one(self, css):
        return self.until(lambda: self.all(css)[0])

    def text(self, css, *parts):
        """Waits until there is a text."""
        self.until(lambda: all(part in self.all(css)[0].text for part in parts))

    def button(self, name):
        self.until(lambda: next(each for each in self.all('button') if each.text.strip() == name)).click()

    def choose(self, how):
        self.until(lambda: next(each for each in self.all('label') if each.text.strip() == how)).click()
        self.until(lambda: texts.HOW_HELP.get(how, how) in self.all('body')[0].text)

    def upload(self, label, *paths):
        block = self.until(lambda: next(each for each in self.all('.block') if each.text.strip().startswith(label)))
        field = block.find_element(By.CSS_SELECTOR, 'input[type=file]')
        field.send_keys('\n'.join(map(str, paths)))

    def canvas(self, width):
        """To paint on, once the picture is there."""
        canvases = '.painter canvas'
        return self.until(lambda: next(each for each in self.all(canvases) if each.get_property('width') == width))

    def download(self, css='a.save'):
        link = self.one(css)
        path = self.downloads / link.get_attribute('download')
        path.unlink(missing_ok=True)
        link.click()
        self.until(path.exists)
        return path

    def requests(self):
        for entry in self.driver.get_log('performance'):
            message = json.loads(entry['message'])['message']
            if message['method'] in ('Network.requestWillBeSent', 'Network.webSocketCreated'):
                yield message['params'].get('url') or message['params']['request']['url']


@pytest.fixture(scope='module')
def chromium(tmp_path_factory):
    browser = Browser(tmp_path_factory.mktemp('downloads'))
    yield browser
    browser.driver.quit()


@pytest.fixture
def page(chromium, server):
    """The page, newly opened; it asks no other host for anything, and says nothing in the browser's console."""
    others = set(server.sessions())
    chromium.driver.get(server.url)
    chromium.one('#stage .empty')
    chromium.until(lambda: set(server.sessions()) - others)
    yield chromium
    asked = {urlsplit(url).netloc for url in chromium.requests() if not url.startswith(('data:', 'blob:'))}
    assert asked == {urlsplit(server.url).netloc}
    assert not [entry for entry in chromium.driver.get_log('browser') if entry['level'] == 'SEVERE']
    chromium.driver.get('about:blank')
    chromium.until(lambda: not set(server.sessions()) - others)  # nothing stays of a page that was closed


def read(path):
    return np.asarray(Image.open(path))


def test_upload_restore_download(page, damaged, photograph, lost):
    page.upload(texts.PICTURES, damaged)
    page.text('#stage', f'{lost.sum():,} of', 'are lost')
    assert page.download('a[download="cat.png"]').read_bytes() == damaged.read_bytes()  # Gradio's link to the upload
    page.button(texts.RESTORE)
    page.text('#stage', f'{lost.sum():,} of', '%) restored')
    path = page.download()
    assert path.name == 'cat_restored.png'
    restored = read(path)
    assert (restored[~lost] == photograph[~lost]).all()
    assert np.abs(restored[lost].astype(int) - photograph[lost]).mean() < 6
    assert page.until(lambda: all(image.get_property('naturalWidth') == 160 for image in page.all('.compare img')))


def test_slider_by_keyboard(page):
    page.button(texts.EXAMPLE)
    page.text('#stage', '451 × 300')
    page.button(texts.RESTORE)
    page.text('.errors', 'PSNR', 'dB', 'restored')
    slider = page.one('.compare input')
    slider.send_keys(Keys.ARROW_LEFT * 10)
    assert slider.get_attribute('value') == '40'
    assert '--at: 40%' in page.one('.compare').get_attribute('style')
    assert slider.accessible_name and slider.aria_role == 'slider'


ONLY = {texts.FIND: 'If they look otherwise', texts.MASK: texts.INVERT, texts.TRY: texts.LEVEL}  # seen then alone


def test_everything_that_takes_input_has_a_name(page, damaged):
    def seen():
        return {how for how, label in ONLY.items() if label in page.all('body')[0].text}

    for how in (texts.PAINT, texts.MASK, texts.TRY, texts.FIND):
        page.choose(how)
        page.until(lambda how=how: seen() == {how} & ONLY.keys())
        fields = [each for each in page.all('input, button, select, textarea, summary, canvas') if each.is_displayed()]
        assert len(fields) > 6
        assert not [each.get_attribute('outerHTML') for each in fields if not each.accessible_name]


SETTLED = """return arguments[0].matches(':hover') === (arguments[0] === arguments[1])
    && !arguments[0].getAnimations().length"""


def test_what_is_chosen_is_seen_while_the_mouse_is_over_it(page):
    page.choose(texts.MASK)
    page.choose(texts.INVERT)
    chosen = page.until(lambda: [each for each in page.all('input:checked') if each.is_displayed()])
    assert [each.get_attribute('type') for each in chosen] == ['radio', 'checkbox']
    for each in chosen:
        colours = []
        for place in (page.one('h1'), each):
            ActionChains(page.driver).move_to_element(place).perform()
            page.until(lambda each=each, place=place: page.driver.execute_script(SETTLED, each, place))
            colours.append(each.value_of_css_property('background-color'))
        assert colours[0] == colours[1] != 'rgba(255, 255, 255, 1)'


def test_mask_in_the_page(page, damaged, photograph, lost, tmp_path):
    mask = tmp_path / 'mask.png'
    Image.fromarray(~lost).convert('L').save(mask)
    page.choose(texts.MASK)
    page.upload(texts.PICTURES, damaged)
    page.text('#stage, #status', texts.NO_MASK[1:])
    page.upload(texts.MASKS, mask)
    page.text('#stage', f'tick “{texts.INVERT}”')
    assert page.one('.refused').get_attribute('role') == 'alert'
    page.choose(texts.INVERT)
    page.text('#stage', f'{lost.sum():,} of', 'are lost')
    page.button(texts.RESTORE)
    page.text('#stage', '%) restored')
    assert (read(page.download())[~lost] == photograph[~lost]).all()


def test_painted_by_mouse_and_by_keyboard(page, photograph, tmp_path):
    picture = tmp_path / 'scratched.png'
    Image.fromarray(photograph).save(picture)
    page.choose(texts.PAINT)
    page.upload(texts.PICTURES, picture)
    canvas = page.canvas(160)
    ActionChains(page.driver).move_to_element(canvas).click_and_hold().move_by_offset(80, 0).release().perform()
    canvas.send_keys(Keys.ARROW_DOWN * 10 + ' ')
    page.button(texts.RESTORE)
    page.text('#stage', '%) restored')
    changed = (read(page.download()) != photograph).any(-1)
    assert changed[50:70, 80:].mean() > 0.05 and changed[85:, 60:100].any()
    assert not changed[:40].any() and not changed[:, :60].any()


def test_painted_whichever_canvas_comes_last(page, photograph, tmp_path):
    """Gradio makes the stage twice, and shows one: the pictures of both come, in any order."""
    picture = tmp_path / 'twice.png'
    Image.fromarray(photograph).save(picture)
    page.choose(texts.PAINT)
    page.upload(texts.PICTURES, picture)
    canvas = page.canvas(160)
    page.driver.execute_async_script(
        'const twin = arguments[0].closest(".painter").cloneNode(true).querySelector("img");'
        'twin.decode().then(() => ssrgan.start(twin)).then(arguments[1])',
        canvas,
    )
    canvas.send_keys(' ')
    page.button(texts.RESTORE)
    page.text('#stage', '%) restored')


def test_nothing_painted_is_for_another_picture_of_that_name(page, photograph, tmp_path):
    other = tmp_path / 'other'
    other.mkdir()
    Image.fromarray(photograph).save(tmp_path / 'image.png')
    Image.fromarray(photograph[:, ::-1].copy()).save(other / 'image.png')
    page.choose(texts.PAINT)
    page.upload(texts.PICTURES, tmp_path / 'image.png')
    page.canvas(160).send_keys(' ')
    page.one('button[aria-label="Clear"]').click()
    page.text('#stage', texts.EMPTY)
    page.upload(texts.PICTURES, other / 'image.png')
    page.text('#stage', '160 × 120 pixels')
    page.button(texts.RESTORE)
    page.text('#stage', texts.NOTHING_PAINTED)


def test_several_pictures(page, damaged, lost, tmp_path):
    other, bad = tmp_path / 'other.png', tmp_path / 'text.png'
    Image.open(damaged).save(other)
    bad.write_text('hello')
    page.upload(texts.PICTURES, damaged, other, bad)
    page.text('#stage', 'are lost')
    page.button(texts.RESTORE)
    page.text('#status', '2 of 3 pictures restored')
    with zipfile.ZipFile(page.download('a.save + a.save')) as archive:
        assert sorted(archive.namelist()) == ['cat_restored.png', 'other_restored.png']
    page.one('input[role=listbox], [aria-label="Picture shown"]').click()
    page.until(lambda: next(each for each in page.all('[role=option]') if 'text.png' in each.text)).click()
    page.text('#stage', 'text.png is no image of a kind that is read')


def test_refusals(page, photograph, tmp_path):
    intact, large = tmp_path / 'intact.png', tmp_path / 'large.bmp'
    Image.fromarray(photograph).save(intact)
    Image.new('RGB', (1000, 1000)).save(large)
    page.button(texts.RESTORE)
    page.text('#status', texts.NOTHING[1:])
    page.upload(texts.PICTURES, intact)
    page.text('#stage', 'no lost pixel found', texts.FILL)
    assert 'Traceback' not in page.driver.page_source


def test_too_large_an_upload(chromium, server, tmp_path):
    large = tmp_path / 'large.bmp'
    Image.new('RGB', (1000, 1000)).save(large)
    chromium.driver.get(server.url)
    chromium.one('#stage .empty')
    chromium.upload(texts.PICTURES, large)
    chromium.until(lambda: 'up to 2 MB' in chromium.one('body').text)
    chromium.driver.get_log('browser')
    chromium.driver.get('about:blank')


def test_ctrl_c_says_nothing_of_pages_that_are_open(chromium, own_server):
    chromium.driver.get(own_server.url)
    chromium.one('#stage .empty')
    chromium.until(own_server.sessions)
    assert own_server.end(signal.SIGINT) == '' and own_server.process.returncode == 0
    assert not list(own_server.folder.glob('ssrgan-web-*'))
    chromium.driver.get('about:blank')
    for log in ('browser', 'performance'):  # the next page's begin anew
        chromium.driver.get_log(log)
